import type { LoadedConfig } from "../config.ts";
import { BusHub } from "../primary/bus-hub.ts";
import { findPort } from "../primary/free-port.ts";
import { startSocketWorker } from "../socket-worker.ts";
import { announce } from "./announce.ts";
import type { RunningRole, WithApp } from "./role.ts";
import { endOnSignals } from "./signals.ts";

export interface SingleProcessOptions extends WithApp {
  readonly configuration: LoadedConfig;
  /** Whether SIGTERM and SIGINT end the process. Several servers in one process cannot all decide that. */
  readonly signals: boolean;
}

/** Runs everything in this process: for tests, for small things, and for looking at with a debugger. */
export async function runSingleProcess(options: SingleProcessOptions): Promise<RunningRole> {
  const { configuration, events, log } = options;
  const { config } = configuration;
  const started = performance.now();
  const port = await findPort(config.host, config.port);
  const hub = new BusHub({
    budget: config.busBudget,
    failed: (error) => log.warn({ error }, "the bus could not take a connection"),
    stuck: () => log.error("this process does not keep up with itself"),
  });
  await hub.listen();
  try {
    const worker = await startSocketWorker({
      app: await options.load(),
      // there is no primary to deal the connections
      config: { ...config, port, balance: "kernel" },
      worker: 0,
      bus: hub.address,
      events,
      log,
      lost: () => log.error("the bus is gone"),
    });
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= worker.drain().finally(() => {
        hub.close();
        stopSignals?.();
      });
      return closing;
    };
    const stopSignals = options.signals ? endOnSignals({ end: close, kill: () => hub.close(), log }) : undefined;
    announce(log, { configuration, port: worker.port, workers: [], started });
    return { port: worker.port, publish: worker.publish, close };
  } catch (error) {
    hub.close();
    throw error;
  }
}
