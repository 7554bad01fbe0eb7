import { createServer, type IncomingMessage, type Server } from "node:http";
import { AppError } from "../../shared/errors.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { explainPortError } from "../primary/free-port.ts";
import { refusalAnswer } from "./app-routes.ts";
import { type ControlGate, controlGate } from "./control-gate.ts";
import { readBody } from "./request-body.ts";
import { type Answer, BadRequest, type Controlled, type ControlServices } from "./route.ts";
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

/** The control port, for operators and back ends. Resolves once it listens. */
export async function startControlPort(options: ControlPortOptions): Promise<{ port: number; server: Server }> {
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
  const server = createServer(LIMITS, (request, response) => {
    answer(request, services, gate)
      .catch((error: unknown) => failure(error, log))
      .then((given) => writeAnswer(response, given))
      // who asked is gone, or what was to be told could not be found out to its end
      .catch(() => response.destroy());
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
  return { port: (server.address() as { port: number }).port, server };
}

async function answer(request: IncomingMessage, services: ControlServices, gate: ControlGate): Promise<Answer> {
  const { method, headers, url = "/" } = request;
  if (!gate.isAllowed(request.socket.remoteAddress)) {
    return { status: 403, body: { error: "this address is not on the control port's list" } };
  }
  if (gate.isFromPage(headers)) return { status: 403, body: { error: "the control port is not for browsers' pages" } };
  const [path = "/", query] = url.split("?", 2);
  const route = ROUTES.get(path);
  if (!route?.open && !gate.hasToken(headers)) {
    return { status: 401, body: { error: "a token is needed here" }, headers: { "www-authenticate": "Bearer" } };
  }
  if (route === undefined) {
    return { status: 404, body: { error: `not found; there are ${[...ROUTES.keys()].join(", ")}` } };
  }
  if (method !== route.method) {
    return { status: 405, body: { error: `only ${route.method} is known here` }, headers: { allow: route.method } };
  }
  const body = await readBody(request, route.body?.most(services.config) ?? 0);
  const wantsJson = JSON_TYPE.test(headers.accept ?? "");
  return route.answer({ query: new URLSearchParams(query), headers, body, wantsJson }, services);
}

function failure(error: unknown, log: ControlPortOptions["log"]): Answer {
  if (error instanceof AppError) return refusalAnswer(error);
  if (!(error instanceof BadRequest)) {
    log.error({ error }, "the control port could not answer");
    return { status: 500, body: { error: "internal error" } };
  }
  const { message, status } = error;
  // what is left of it is not read, so that nothing can follow it
  return { status, body: { error: message }, ...(status === 413 && { headers: { connection: "close" } }) };
}
