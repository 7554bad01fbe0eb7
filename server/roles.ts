import { availableParallelism } from "node:os";
import type { Emitter } from "../shared/emitter.ts";
import type { App, ServerEvents } from "./app.ts";
import type { LoadedConfig } from "./config.ts";
import type { Logger } from "./logger.ts";
import { BusHub } from "./primary/bus-hub.ts";
import { startControlApi } from "./primary/control-api.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./primary/control-message.ts";
import { findPort } from "./primary/free-port.ts";
import { Primary } from "./primary/primary.ts";
import { readOpenFilesLimit, type StartupFacts, startupReport } from "./primary/startup-report.ts";
import { endOnSignals } from "./signals.ts";
import { type SocketWorker, startSocketWorker } from "./socket-worker.ts";
import { readVersion } from "./version.ts";

/** What a process does once it has found its role. */
export interface RunningRole {
  readonly port: number;
  publish?(channel: string, data: unknown): void;
  close(): Promise<void>;
}

interface WithApp {
  load(): Promise<App>;
  readonly events: Emitter<ServerEvents>;
  readonly log: Logger;
}

/** Runs the cluster's primary: everything is up when this resolves. */
export async function runPrimary(options: { configuration: LoadedConfig; log: Logger }): Promise<RunningRole> {
  const { configuration, log } = options;
  const started = performance.now();
  const port = await findPort(configuration.config.host, configuration.config.port);
  const config = { ...configuration.config, port };
  const primary = new Primary({ config, log });
  const version = readVersion();
  // taken before anything is forked: a port that cannot be had is found out at once
  const control =
    config.controlPort === "off"
      ? undefined
      : await startControlApi({
          host: config.controlHost,
          port: config.controlPort,
          node: config.node,
          version,
          primary,
        });
  // from here on there is something to end
  const stopSignals = endOnSignals({ end: () => close(), kill: () => primary.kill(), log });

  async function close(): Promise<void> {
    await primary.close();
    control?.server.close();
    control?.server.closeAllConnections();
    stopSignals();
  }

  try {
    await primary.start();
  } catch (error) {
    await close();
    throw error;
  }
  announce(log, {
    version,
    node: process.version,
    cores: availableParallelism(),
    workers: primary.workers.map(({ number, pid }) => ({ number, pid })),
    primaryPid: process.pid,
    config: configuration,
    addresses: {
      public: [`http://${shown(config.host)}:${primary.port}`],
      control: control === undefined ? undefined : `http://${shown(config.controlHost)}:${control.port}`,
    },
    openFiles: readOpenFilesLimit(),
    tookMs: performance.now() - started,
  });
  return {
    get port() {
      return primary.port;
    },
    close,
  };
}

/** Runs one socket worker of a cluster, until the primary, or a signal, tells it to end. */
export async function runSocketWorker(options: WithApp & { birth: WorkerBirth }): Promise<RunningRole> {
  const { birth, events } = options;
  const { worker: number, config, bus } = birth;
  const log = options.log.child({ worker: number });
  const tell = (message: FromWorker) => process.send?.(message);
  let worker: SocketWorker | undefined;
  let closing: Promise<void> | undefined;

  function close(): Promise<void> {
    closing ??= (worker?.drain() ?? Promise.resolve()).finally(() => process.disconnect?.());
    return closing;
  }

  process.on("message", (message: ToWorker) => {
    if (message.type === "drain") void close();
    else if (message.type === "status") {
      const { reference } = message;
      const connections = worker?.connections.size ?? 0;
      tell({ type: "status", reference, connections, memory: process.memoryUsage.rss() });
    }
  });
  // Ctrl-C reaches all processes of the terminal: the primary knows what to do about it
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void close());

  try {
    const app = await options.load();
    worker = await startSocketWorker({ app, config, worker: number, bus, events, log, lost: () => process.exit(1) });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    tell({ type: "failed", message, code });
    throw error;
  }
  tell({ type: "serving", port: worker.port });
  return { port: worker.port, publish: worker.publish, close };
}

/** Runs everything in this process: for tests, for small things, and for looking at with a debugger. */
export async function runSingleProcess(options: WithApp & { configuration: LoadedConfig }): Promise<RunningRole> {
  const { configuration, events, log } = options;
  const { config } = configuration;
  const started = performance.now();
  const port = await findPort(config.host, config.port);
  const hub = new BusHub({
    budget: config.busBudget,
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
    const stopSignals = endOnSignals({ end: () => close(), kill: () => hub.close(), log });
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= worker.drain().finally(() => {
        hub.close();
        stopSignals();
      });
      return closing;
    };
    announce(log, {
      version: readVersion(),
      node: process.version,
      cores: availableParallelism(),
      workers: [],
      primaryPid: process.pid,
      config: configuration,
      addresses: { public: [`http://${shown(config.host)}:${worker.port}`] },
      openFiles: readOpenFilesLimit(),
      tookMs: performance.now() - started,
    });
    return { port: worker.port, publish: worker.publish, close };
  } catch (error) {
    hub.close();
    throw error;
  }
}

/** Tells that all is up: people at a terminal at length, machines in a record. */
function announce(log: Logger, facts: StartupFacts): void {
  const { version, primaryPid, workers, addresses, tookMs } = facts;
  if (process.stdout.isTTY) process.stdout.write(`${startupReport(facts)}\n`);
  else log.info({ version, primary_pid: primaryPid, workers, addresses, tookMs: Math.round(tookMs) }, "serving");
}

/** An address to click on: nobody can connect to "all of them". */
function shown(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
