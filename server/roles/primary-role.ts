import type { LoadedConfig } from "../config.ts";
import { startControlPort } from "../control-port/control-port.ts";
import { createDashboard } from "../dashboard/dashboard.ts";
import { createPrimaryApi } from "../hooks/create-primary-api.ts";
import { RunningHooks } from "../hooks/running-hooks.ts";
import { logStrayRejections } from "../hooks/stray-rejections.ts";
import { Primary } from "../primary/primary.ts";
import { findPort } from "../transport/find-port.ts";
import { readVersion } from "../version.ts";
import { announce } from "./announce.ts";
import { checkCertificate } from "./certificate-check.ts";
import type { RunningRole, WithApp } from "./role.ts";
import { endOnSignals } from "./signals.ts";

export interface PrimaryRoleOptions extends Pick<WithApp, "hooks" | "log"> {
  readonly configuration: LoadedConfig;
}

/** Runs the cluster's primary: everything is up when this resolves. */
export async function runPrimary(options: PrimaryRoleOptions): Promise<RunningRole> {
  const { configuration, log } = options;
  const started = performance.now();
  const stopChecking = checkCertificate(configuration.config, log);
  const { config } = configuration;
  const { controlPort } = config;
  await findPort(config.host, config.port);
  const primary = new Primary({ config, log });
  const hooks = new RunningHooks(log);
  let stopLogging: (() => void) | undefined;
  const drain = () => void process.emit("SIGTERM", "SIGTERM");
  // taken before anything is forked: a port that cannot be had is found out at once
  const control =
    controlPort === "off"
      ? undefined
      : await startControlPort({
          ...{ config, port: controlPort, version: readVersion(), log, primary, drain },
          dashboard: (services, gate) => createDashboard({ config, log, services, gate }),
        });
  // from here on there is something to end
  const stopSignals = endOnSignals({
    end: () => close(),
    kill() {
      primary.kill();
      control?.dashboard?.kill();
    },
    reload() {
      if (primary.reload() === undefined) log.info("SIGHUP: nothing is replaced while all still starts");
    },
    log,
  });

  async function close(): Promise<void> {
    // while there is still somebody to do something with
    await hooks.undo();
    await primary.close();
    // whoever watches sees to the end how all others end
    await control?.dashboard?.close();
    control?.server.close();
    control?.server.closeAllConnections();
    stopSignals();
    stopChecking();
    stopLogging?.();
  }

  try {
    const all = await options.hooks();
    if (all.length > 0) stopLogging = logStrayRejections(log);
    await hooks.setUp(all, "primary", createPrimaryApi(primary, config, log));
    await primary.start();
  } catch (error) {
    await close();
    throw error;
  }
  const workers = primary.workers.map(({ number, pid }) => ({ number, pid }));
  const { port: publicPort, compute } = primary;
  announce(log, {
    configuration,
    port: publicPort,
    controlPort: control?.port,
    workers,
    computePid: compute?.pid,
    started,
  });
  return {
    get port() {
      return primary.port;
    },
    close,
  };
}
