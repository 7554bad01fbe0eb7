import type { App } from "../app.ts";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { Logger } from "../logger.ts";
import { createBusHub } from "../primary/create-bus-hub.ts";
import { ServerEmitter } from "../server-events.ts";
import { startSocketWorker } from "../socket-worker.ts";
import { createWsTransport, type WsTransport } from "../transport/ws-transport.ts";

export interface DashboardWorkerOptions {
  readonly app: App;
  readonly config: Pick<Config, "node" | "maxPayload">;
  /** That of the control port, whose WebSockets these are. */
  readonly port: number;
  readonly log: Logger;
  /** Somebody has subscribed to a channel, or nobody is any more. */
  watched(channel: string, watched: boolean): void;
}

/** A socket worker for pages, in the primary. */
export interface DashboardWorker {
  readonly upgrade: WsTransport["upgrade"];
  publish(channel: string, data: unknown): void;
  /** Says goodbye to all pages. */
  close(): Promise<void>;
  kill(): void;
}

/** How long pages may take to go, in milliseconds: the primary's end waits for that. */
const DRAIN_MS = 200;
/** Bytes of kept publications. */
const HISTORY_BYTES = 33_554_432;
/** What requests need beside their body. */
const ENVELOPE_BYTES = 131_072;
const FULLEST = 536_870_888;

/**
 * Starts it, with a bus of its own: nothing of the application's clients, sessions and metrics has a part in it. Its
 * configuration is the default one, as that of the server is about the application's clients.
 */
export async function startDashboardWorker(options: DashboardWorkerOptions): Promise<DashboardWorker> {
  const { app, port, watched } = options;
  const { node, maxPayload } = options.config;
  const config: Config = {
    ...{ ...DEFAULT_CONFIG, node, workers: 1, drainMs: DRAIN_MS, historyBudget: HISTORY_BYTES },
    maxPayload: Math.min(FULLEST, Math.max(DEFAULT_CONFIG.maxPayload, maxPayload) + ENVELOPE_BYTES),
  };
  const log = options.log.child({ dashboard: true });
  const { hub } = createBusHub(config, {
    failed: (error) => log.warn({ error }, "the dashboard's bus could not take a connection"),
    stuck: () => log.error("the dashboard does not keep up with itself"),
    watched,
  });
  await hub.listen();
  let transport: WsTransport | undefined;
  let closing = false;
  const worker = await startSocketWorker({
    ...{ app, config, log, worker: 0, member: 0, bus: hub.address, events: new ServerEmitter(log) },
    // what the process has to do is the primary's to tell, which this is not alone in
    path: "",
    transport(hooks) {
      transport = createWsTransport({ ...config, port }, hooks);
      return transport;
    },
    lost: () => closing || log.error("the dashboard's bus is gone"),
    unable: (error) => log.error({ error }, "the dashboard takes no pages again"),
    computeNeeded: () => undefined,
  }).catch((error: unknown) => {
    hub.close();
    throw error;
  });
  return {
    upgrade: (...request) => transport?.upgrade(...request),
    publish: worker.publish,
    async close() {
      closing = true;
      await worker.drain();
      hub.close();
    },
    kill() {
      closing = true;
      transport?.close();
      hub.close();
    },
  };
}
