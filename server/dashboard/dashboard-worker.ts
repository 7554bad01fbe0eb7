import type { App } from "../app.ts";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import type { Logger } from "../logger.ts";
import { createBusHub } from "../primary/create-bus-hub.ts";
import { NOBODY } from "../rates/exempt-addresses.ts";
import { ServerEmitter } from "../server-events.ts";
import { startSocketWorker } from "../socket-worker.ts";
import { createWsTransport, type WsTransport } from "../transport/ws-transport.ts";

export interface DashboardWorkerOptions {
  readonly app: App;
  readonly config: Pick<Config, "node">;
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

/**
 * What is not as it is by default. The server's own configuration is about the application's clients; and this is the
 * primary: somebody who presents no token is to cost it next to nothing, and pages need no more than people can press.
 */
const LIMITS = {
  workers: 1,
  // the primary's end waits for that
  drainMs: 200,
  authTimeoutMs: 5_000,
  historyBudget: 33_554_432,
  messageRate: 200,
  byteRate: 2_097_152,
  callRate: 50,
  publishRate: 1,
  subscribeRate: 10,
  userRate: 1_000,
  ipRate: 1_000,
  connectRate: 20,
  connectionsPerIp: 50,
  exemptIps: [NOBODY],
} as const satisfies Partial<Config>;

/** Starts it, with a bus of its own: nothing of the application's clients, sessions and metrics has a part in it. */
export async function startDashboardWorker(options: DashboardWorkerOptions): Promise<DashboardWorker> {
  const { app, port, watched } = options;
  const config: Config = { ...DEFAULT_CONFIG, ...LIMITS, node: options.config.node };
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
    ...{ app, hooks: [], config, log, worker: 0, member: 0, bus: hub.address, events: new ServerEmitter(log) },
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
