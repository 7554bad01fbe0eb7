import { setTimeout as sleep } from "node:timers/promises";
import { ComputeHost } from "../compute/compute-host.ts";
import type { LoadedConfig } from "../config.ts";
import { loadMounted, startApps } from "../paths/start-apps.ts";
import { Buses } from "../primary/buses.ts";
import type { SocketWorker } from "../socket-worker-contract.ts";
import { StartError } from "../start-error.ts";
import { fallbackText } from "../transport/fallback.ts";
import { findPort } from "../transport/find-port.ts";
import { announce } from "./announce.ts";
import { checkCertificate } from "./certificate-check.ts";
import type { RunningRole, WithApp } from "./role.ts";
import { endOnSignals } from "./signals.ts";

export interface SingleProcessOptions extends WithApp {
  readonly configuration: LoadedConfig;
  /** Whether SIGTERM and SIGINT end the process. Several servers in one process cannot all decide that. */
  readonly signals: boolean;
}

/** How long compute threads may take to end, in milliseconds. */
const LONGEST_END_MS = 2_000;

/** Runs everything in this process: for tests, for small things, and for looking at with a debugger. */
export async function runSingleProcess(options: SingleProcessOptions): Promise<RunningRole> {
  const { configuration, events, log } = options;
  const { config } = configuration;
  const started = performance.now();
  const stopChecking = checkCertificate(config, log);
  await findPort(config.host, config.port);
  const buses = new Buses(
    config,
    {
      failed: (error) => log.warn({ error }, "the bus could not take a connection"),
      stuck: () => log.error("this process does not keep up with itself"),
      numberOf: (member) => member,
    },
    log,
  );
  let compute: ComputeHost | undefined;
  let computeStarted: Promise<void> | undefined;
  let worker: SocketWorker | undefined;
  let up = false;
  let closing: Promise<void> | undefined;

  let threadsLeft = false;

  /** A thread in the middle of what cannot be interrupted is not waited for. */
  async function endCompute(): Promise<void> {
    if (compute === undefined) return;
    const over = new AbortController();
    const late = sleep(LONGEST_END_MS, true, { signal: over.signal }).catch(() => true);
    threadsLeft = (await Promise.race([compute.close(), late])) === true;
    over.abort();
  }

  /** Such a thread would hold up an orderly exit as well. */
  function exit(code: number): void {
    if (threadsLeft) process.kill(process.pid, "SIGKILL");
    else process.exit(code);
  }

  async function end(): Promise<void> {
    try {
      await worker?.drain();
    } finally {
      await endCompute();
      await buses.close();
      stopSignals?.();
      stopChecking();
    }
  }

  async function loadHooks() {
    const hooks = await options.hooks();
    if (hooks.some(({ hooks: { primary } }) => primary !== undefined)) {
      log.info("hooks of the primary are not called: one single process has none");
    }
    return hooks;
  }

  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }

  await buses.listen().catch((error: unknown) => {
    buses.kill();
    stopChecking();
    throw error;
  });
  const bus = buses.addresses;
  // from here on there is something to end
  const reload = () => log.warn("SIGHUP: one single process has nobody to serve while it loads new code; restart it");
  const stopSignals = options.signals
    ? endOnSignals({ end: close, kill: () => buses.kill(), reload, exit, log })
    : undefined;
  try {
    worker = await startApps({
      mounted: await loadMounted(config.paths, bus),
      app: await options.load(),
      hooks: await loadHooks(),
      // there is no primary to deal the connections
      config: { ...config, balance: "kernel" },
      worker: 0,
      member: 0,
      bus,
      events,
      log,
      lost: () => log.error("the bus is gone"),
      unable: (error) => log.error({ error }, "no connections can be taken again"),
      fellBack: (reason) => log.warn(fallbackText(reason)),
      computeNeeded(sources) {
        const { compute: path, secret } = bus;
        compute = new ComputeHost({ config, bus: { path, secret }, sources, log });
        threadsLeft = true;
        computeStarted = startCompute(compute);
        // whoever starts this server hears of it; where it was first needed later, the log does
        computeStarted.catch((error: Error) => up && log.error(error.message));
      },
    });
    await computeStarted;
    up = true;
    announce(log, { configuration, port: worker.port, workers: [], started });
    return { port: worker.port, publish: worker.publish, users: worker.users, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startCompute(compute: ComputeHost): Promise<void> {
  const problems = await compute.start().catch((error: Error) => {
    throw new StartError(`compute threads cannot run: ${error.message}`, { cause: error });
  });
  if (problems.length > 0) throw new StartError(`a task cannot be loaded: ${problems.join("; ")}`);
}
