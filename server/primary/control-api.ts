import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { Logger } from "../logger.ts";
import { explainPortError } from "./free-port.ts";
import type { Primary } from "./primary.ts";
import { type Observed, statusReport } from "./status-report.ts";

export interface ControlApiOptions {
  readonly host: string;
  readonly port: number;
  readonly node: string;
  readonly version: string;
  readonly log: Pick<Logger, "warn">;
  readonly primary: Pick<Primary, "ready" | "reload" | "scale"> & Observed;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What one can ask for: by path, with the method it takes. */
interface Route {
  readonly method: "GET" | "POST";
  answer(options: ControlApiOptions, query: URLSearchParams, startedAt: number): Answer | Promise<Answer>;
}

const MOST_WORKERS = 512;
const NUMBER = /^[1-9]\d{0,2}$/;
/** Where nobody from outside is meant to come, nobody has reason to use another name than `localhost`. */
const LOOPBACK = /^(127\.|::1$|localhost$)/;

const ROUTES: Readonly<Record<string, Route>> = {
  "/healthz": { method: "GET", answer: () => ({ status: 200, body: { ok: true } }) },
  "/readyz": {
    method: "GET",
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

/** The control port, for operators: health, readiness, and how the processes are. Resolves to what closes it. */
export async function startControlApi(options: ControlApiOptions): Promise<{ port: number; server: Server }> {
  const startedAt = Date.now();
  const server = createServer((request, response) => {
    answer(request, options, startedAt).then(
      ({ status, body }) => write(response, status, body),
      () => write(response, 500, { error: "internal error" }),
    );
  });
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

async function answer(request: IncomingMessage, options: ControlApiOptions, startedAt: number): Promise<Answer> {
  if (isFromPage(request, options.host)) {
    return { status: 403, body: { error: "the control port is not for browsers' pages" } };
  }
  const [path = "/", query] = (request.url ?? "/").split("?", 2);
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (route === undefined) {
    return { status: 404, body: { error: `not found; there are ${Object.keys(ROUTES).join(", ")}` } };
  }
  if (request.method !== route.method) {
    return { status: 405, body: { error: `only ${route.method} is known here` } };
  }
  return route.answer(options, new URLSearchParams(query), startedAt);
}

function unready(): Answer {
  return { status: 503, body: { error: "all still starts, or ends" } };
}

/**
 * A page that a browser shows has no business here, not even one whose own name was made to lead to this address: its
 * requests pass for the same site's, and only the name it was asked for by gives it away.
 */
function isFromPage({ headers }: IncomingMessage, host: string): boolean {
  if (headers.origin !== undefined || headers["sec-fetch-site"] === "cross-site") return true;
  // HTTP/1.0, as some load balancers' checks speak it, and no browser
  if (headers.host === undefined) return false;
  const name = headers.host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return LOOPBACK.test(host) && name !== "localhost" && isIP(name) === 0;
}

function write(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}
