import type { LoadedConfig } from "../config.ts";
import { startControlPort } from "../control-port/control-port.ts";
import { createDashboard } from "../dashboard/dashboard.ts";
import type { Logger } from "../logger.ts";
import { findPort } from "../primary/free-port.ts";
import { Primary } from "../primary/primary.ts";
import { readVersion } from "../version.ts";
import { announce } from "./announce.ts";
import { checkCertificate } from "./certificate-check.ts";
import type { RunningRole } from "./role.ts";
import { endOnSignals } from "./signals.ts";

/** Runs the cluster's primary: everything is up when this resolves. */
export async function runPrimary(options: { configuration: LoadedConfig; log: Logger }): Promise<RunningRole> {
  const { configuration, log } = options;
  const started = performance.now();
  const stopChecking = checkCertificate(configuration.config, log);
  const port = await findPort(configuration.config.host, configuration.config.port);
  const config = { ...configuration.config, port };
  const { controlPort } = config;
  const primary = new Primary({ config, log });
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
    await primary.close();
    // whoever watches sees to the end how all others end
    await control?.dashboard?.close();
    control?.server.close();
    control?.server.closeAllConnections();
    stopSignals();
    stopChecking();
  }

  try {
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
