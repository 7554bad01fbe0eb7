import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Config } from "../config.ts";
import type { ControlGate } from "../control-port/control-gate.ts";
import type { Dashboard } from "../control-port/control-port.ts";
import type { ControlServices } from "../control-port/route.ts";
import type { Logger } from "../logger.ts";
import { refuseUpgrade } from "../transport/refuse-upgrade.ts";
import { controlCall } from "./control-call.ts";
import { dashboardApp, STATS, TOPS } from "./dashboard-app.ts";
import type { DashboardWorker } from "./dashboard-worker.ts";
import { Feed } from "./feed.ts";
import { findConnections } from "./find-connections.ts";
import { Observer } from "./observer.ts";
import { pageFiles } from "./page-files.ts";

export interface DashboardOptions {
  readonly config: Pick<Config, "node">;
  readonly log: Logger;
  readonly services: ControlServices;
  readonly gate: Pick<ControlGate, "needsToken" | "isToken">;
}

/**
 * The dashboard: a page in the browser, which talks to a socket worker of its own in the primary. That is started when
 * the first page asks for a WebSocket; and nothing is looked at while no page is open.
 */
export function createDashboard({ config, log, services, gate }: DashboardOptions): Dashboard {
  const files = pageFiles();
  const observer = new Observer(services);
  let starting: Promise<DashboardWorker> | undefined;
  let worker: DashboardWorker | undefined;
  let ended = false;

  const feed = new Feed({
    async tick() {
      const { stats, tops } = await observer.look();
      worker?.publish(STATS, stats);
      worker?.publish(TOPS, tops);
    },
    rested: () => observer.rest(),
    failed: (error) => log.warn({ error }, "the dashboard could not be told how all is"),
  });

  async function start(port: number): Promise<DashboardWorker> {
    const app = dashboardApp({
      ...gate,
      control: (request) => controlCall(request, services, log),
      connections: (search) => findConnections(search, services.primary),
    });
    // a server whose dashboard is never opened need not load what it takes
    const { startDashboardWorker } = await import("./dashboard-worker.ts");
    const watched = (channel: string, isWatched: boolean) => {
      if (channel === STATS) feed.watch(isWatched);
    };
    worker = await startDashboardWorker({ app, config, port, log, watched });
    return worker;
  }

  async function take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      starting ??= start(request.socket.localPort ?? 0);
      const started = await starting;
      if (ended) refuseUpgrade(socket, { status: 503, body: "Ending\n" });
      else started.upgrade(request, socket, head);
    } catch (error) {
      starting = undefined;
      log.error({ error }, "the dashboard could not be started");
      refuseUpgrade(socket, { status: 500, body: "The dashboard could not be started\n" });
    }
  }

  async function close(): Promise<void> {
    ended = true;
    feed.watch(false);
    const started = await starting?.catch(() => undefined);
    await started?.close();
  }

  return {
    file: (path) => files.get(path),
    upgrade(request, socket, head) {
      // it may be gone before there is somebody to take it
      socket.on("error", () => undefined);
      void take(request, socket, head);
    },
    close,
    kill() {
      ended = true;
      worker?.kill();
    },
  };
}
