import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import type { Logger } from "../logger.ts";
import { revokeCode } from "../sessions/user-bus.ts";
import { controlGate } from "./control-gate.ts";
import { explainPortError } from "./free-port.ts";
import type { Primary } from "./primary.ts";
import { type Observed, statusReport } from "./status-report.ts";

export interface ControlApiOptions {
  readonly host: string;
  readonly port: number;
  /** What has to be presented; empty where whoever reaches the port may do everything. */
  readonly token: string;
  readonly node: string;
  readonly version: string;
  readonly log: Pick<Logger, "warn">;
  readonly primary: Pick<Primary, "ready" | "reload" | "scale" | "users"> & Observed;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one can ask for: by path, with the method it takes. */
interface Route {
  readonly method: "GET" | "POST";
  /** Whether it is for those without the token too, as for load balancers. */
  readonly open?: true;
  answer(options: ControlApiOptions, query: URLSearchParams, startedAt: number): Answer | Promise<Answer>;
}

const MOST_WORKERS = 512;
const NUMBER = /^[1-9]\d{0,2}$/;
/**
 * Requests here are short, few, and come from near by. Whoever is slower, larger or more is up to something; and Node.js
 * looks after the times no more often than it is told to.
 */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};
const MOST_CONNECTIONS = 100;
const MOST_REQUESTS = 1_000;

const ROUTES: Readonly<Record<string, Route>> = {
  "/healthz": { method: "GET", open: true, answer: () => ({ status: 200, body: { ok: true } }) },
  "/readyz": {
    method: "GET",
    open: true,
    answer: ({ primary: { ready } }) => ({ status: ready ? 200 : 503, body: { ok: ready } }),
  },
  "/status": {
    method: "GET",
    async answer({ primary, node, version }, _, startedAt) {
      const uptime = (Date.now() - startedAt) / 1000;
      return { status: 200, body: { node, version, pid: process.pid, uptime, ...(await statusReport(primary)) } };
    },
  },
  "/reload": {
    method: "POST",
    answer({ primary }) {
      const reload = primary.reload();
      return reload === undefined ? unready() : { status: 202, body: { reload } };
    },
  },
  "/revoke": {
    method: "POST",
    answer: ({ primary }, query) => revoke(query, primary.users),
  },
  "/scale": {
    method: "POST",
    answer({ primary }, query) {
      const workers = query.get("workers") ?? "";
      if (!NUMBER.test(workers) || Number(workers) > MOST_WORKERS) {
        return { status: 400, body: { error: `workers has to be a whole number from 1 to ${MOST_WORKERS}` } };
      }
      const scaling = primary.scale(Number(workers));
      return scaling === undefined ? unready() : { status: 200, body: scaling };
    },
  },
};

/** Ends all sessions of a user, or one. */
function revoke(query: URLSearchParams, users: Primary["users"]): Answer {
  const [user, session] = [query.get("user"), query.get("session")];
  const name = user ?? session;
  if (name === null || (user !== null && session !== null) || name.length === 0 || name.length > MAX_NAME_LENGTH) {
    return { status: 400, body: { error: `user or session has to be a name of 1 to ${MAX_NAME_LENGTH} characters` } };
  }
  const code = revokeCode(query.has("ban"));
  const ended = user === null ? users.revokeSession(name, code) : users.revokeUser(name, code);
  return { status: 200, body: { ended } };
}

/** The control port, for operators: health, readiness, and how the processes are. Resolves to what closes it. */
export async function startControlApi(options: ControlApiOptions): Promise<{ port: number; server: Server }> {
  const startedAt = Date.now();
  const gate = controlGate(options);
  const server = createServer(LIMITS, (request, response) => {
    answer(request, options, gate, startedAt).then(
      (given) => write(response, given),
      () => write(response, { status: 500, body: { error: "internal error" } }),
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = MOST_REQUESTS;
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(explainPortError(error, options.host, options.port, "CONTROL_PORT"));
    server.once("error", failed);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off("error", failed);
      // as where too many files are open
      server.on("error", (error) => options.log.warn({ error }, "the control port could not take a connection"));
      resolve();
    });
  });
  return { port: (server.address() as { port: number }).port, server };
}

async function answer(
  request: IncomingMessage,
  options: ControlApiOptions,
  gate: ReturnType<typeof controlGate>,
  startedAt: number,
): Promise<Answer> {
  const { method, headers, url = "/" } = request;
  if (gate.isFromPage(headers)) return { status: 403, body: { error: "the control port is not for browsers' pages" } };
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0) {
    // nor is it read, so that nothing can follow it
    return { status: 413, body: { error: "no body is taken here" }, headers: { connection: "close" } };
  }
  const [path = "/", query] = url.split("?", 2);
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (!route?.open && !gate.hasToken(headers)) {
    return { status: 401, body: { error: "a token is needed here" }, headers: { "www-authenticate": "Bearer" } };
  }
  if (route === undefined) {
    return { status: 404, body: { error: `not found; there are ${Object.keys(ROUTES).join(", ")}` } };
  }
  if (method !== route.method) {
    return { status: 405, body: { error: `only ${route.method} is known here` }, headers: { allow: route.method } };
  }
  return route.answer(options, new URLSearchParams(query), startedAt);
}

function unready(): Answer {
  return { status: 503, body: { error: "all still starts, or ends" } };
}

function write(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}
