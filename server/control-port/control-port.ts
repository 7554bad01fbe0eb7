import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { explainPortError } from "../transport/find-port.ts";
import { refuseUpgrade } from "../transport/refuse-upgrade.ts";
import { askRoute, failureAnswer } from "./ask-route.ts";
import { type ControlGate, controlGate } from "./control-gate.ts";
import { readBody } from "./request-body.ts";
import type { Answer, Controlled, ControlServices } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { writeAnswer } from "./write-answer.ts";

export interface ControlPortOptions {
  readonly config: Pick<Config, "controlHost" | "controlToken" | "controlAllow"> & ControlServices["config"];
  /** The port; 0 takes any free one. */
  readonly port: number;
  readonly version: string;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly primary: Controlled;
  /** Ends everything in order, as SIGTERM does. */
  drain(): void;
  /** Makes the dashboard, which does with the server what everybody does who may. @default there is none */
  dashboard?(services: ControlServices, gate: ControlGate): Dashboard;
}

/** What browsers get of this port. */
export interface Dashboard {
  /** A file of the page, by its path; undefined where there is none. */
  file(path: string): ((headers: IncomingHttpHeaders) => Answer) | undefined;
  /** Takes a request for a WebSocket, of its own page. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye to all pages. */
  close(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** What it takes to answer. */
interface Desk {
  readonly services: ControlServices;
  readonly gate: ControlGate;
  readonly dashboard: Dashboard | undefined;
}

/** The control port, open. */
export interface OpenControlPort {
  readonly port: number;
  readonly server: Server;
  readonly dashboard: Dashboard | undefined;
}

/**
 * Requests here are few, and come from near by. Whoever is slower, larger or more is up to something; and Node.js looks
 * after the times no more often than it is told to.
 */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  // a line may name hundreds of connections
  maxHeaderSize: 32_768,
};
const MOST_CONNECTIONS = 1_000;
const MOST_REQUESTS = 100_000;
/** Who accepts anything gets text, where there is a choice: that is what people at a terminal do. */
const JSON_TYPE = /\bapplication\/json\b/i;
const STRANGER: Answer = { status: 403, body: { error: "this address is not on the control port's list" } };

/** The control port, for operators and back ends. Resolves once it listens. */
export async function startControlPort(options: ControlPortOptions): Promise<OpenControlPort> {
  const { config, port, log, primary, drain } = options;
  let turn = 0;
  const services: ControlServices = {
    ...{ primary, drain, config, version: options.version, startedAt: Date.now() },
    nextWorker() {
      const serving = primary.workers.filter(({ state }) => state === "serving");
      return serving[turn++ % Math.max(1, serving.length)];
    },
  };
  const gate = controlGate(config);
  const dashboard = options.dashboard?.(services, gate);
  const desk: Desk = { services, gate, dashboard };
  const server = createServer(LIMITS, (request, response) => {
    answer(request, desk)
      .catch((error: unknown) => failureAnswer(error, log))
      .then((given) => writeAnswer(response, given))
      // who asked is gone, or what was to be told could not be found out to its end
      .catch(() => response.destroy());
  });
  if (dashboard !== undefined) {
    server.on("upgrade", (request, socket, head) => upgrade(request, socket, head, gate, dashboard));
  }
  // who may not ask takes nobody's place
  server.on("connection", (socket) => {
    if (!gate.isAllowed(socket.remoteAddress)) socket.destroy();
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = MOST_REQUESTS;
  await new Promise<void>((resolve, reject) => {
    const { controlHost: host } = config;
    const failed = (error: Error) => reject(explainPortError(error, host, port, "CONTROL_PORT"));
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.off("error", failed);
      // as where too many files are open
      server.on("error", (error) => log.warn({ error }, "the control port could not take a connection"));
      resolve();
    });
  });
  return { port: (server.address() as { port: number }).port, server, dashboard };
}

async function answer(request: IncomingMessage, at: Desk): Promise<Answer> {
  const { method, headers, url = "/" } = request;
  const { gate, services, dashboard } = at;
  if (!gate.isAllowed(request.socket.remoteAddress)) return STRANGER;
  // what is behind the first one belongs to the query, others of its kind included
  const [path = "/", query] = url.split(/\?(.*)/s, 2);
  const file = dashboard?.file(path);
  if (file !== undefined && gate.mayHaveFiles(headers)) {
    if (method === "GET" || method === "HEAD") return file(headers);
    return { status: 405, body: { error: "only GET is known here" }, headers: { allow: "GET, HEAD" } };
  }
  if (gate.isFromPage(headers)) return { status: 403, body: { error: "the control port is not for browsers' pages" } };
  if (!ROUTES.get(path)?.open && !gate.hasToken(headers)) {
    return { status: 401, body: { error: "a token is needed here" }, headers: { "www-authenticate": "Bearer" } };
  }
  const wantsJson = JSON_TYPE.test(headers.accept ?? "");
  const body = (most: number) => readBody(request, most);
  return askRoute({ method, path, query, headers, wantsJson, body }, services);
}

/** A WebSocket is the dashboard's, and nobody else's. */
function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, gate: ControlGate, to: Dashboard): void {
  if (!gate.isAllowed(request.socket.remoteAddress) || !gate.isOwnPage(request.headers)) {
    refuseUpgrade(socket, { status: 403, body: "WebSockets of this port are for its own page\n" });
  } else to.upgrade(request, socket, head);
}
