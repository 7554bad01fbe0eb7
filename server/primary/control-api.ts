import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { Logger } from "../logger.ts";
import type { ComputeProcess } from "./compute-process.ts";
import { explainPortError } from "./free-port.ts";
import type { Primary } from "./primary.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface ControlApiOptions {
  readonly host: string;
  readonly port: number;
  readonly node: string;
  readonly version: string;
  readonly log: Pick<Logger, "warn">;
  readonly primary: Pick<Primary, "ready" | "port"> & {
    readonly workers: readonly Pick<WorkerProcess, "number" | "pid" | "bornAt" | "status">[];
    /** None where the application has no use for one. */
    readonly compute?: Pick<ComputeProcess, "pid" | "bornAt" | "restarts" | "report"> | undefined;
  };
}

/** How long a process may take to say how it is, in milliseconds; one that does not is reported as silent. */
const STATUS_MS = 1_000;
const SILENT = { silent: true };
/** Where nobody from outside is meant to come, nobody has reason to use another name than `localhost`. */
const LOOPBACK = /^(127\.|::1$|localhost$)/;

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

async function answer(request: IncomingMessage, options: ControlApiOptions, startedAt: number) {
  if (isFromPage(request, options.host)) {
    return { status: 403, body: { error: "the control port is not for browsers' pages" } };
  }
  const { primary } = options;
  const path = (request.url ?? "/").split("?")[0];
  if (request.method !== "GET") return { status: 405, body: { error: "only GET is known here" } };
  if (path === "/healthz") return { status: 200, body: { ok: true } };
  if (path === "/readyz")
    return primary.ready ? { status: 200, body: { ok: true } } : { status: 503, body: { ok: false } };
  if (path !== "/status") return { status: 404, body: { error: "not found; there are /healthz, /readyz and /status" } };
  const [compute, ...workers] = await Promise.all([
    computeStatus(primary.compute),
    ...primary.workers.map(async (worker) => {
      const status = await worker.status(STATUS_MS);
      return { worker: worker.number, pid: worker.pid, uptime: secondsSince(worker), ...(status ?? SILENT) };
    }),
  ]);
  const { node, version } = options;
  const uptime = (Date.now() - startedAt) / 1000;
  return { status: 200, body: { node, version, pid: process.pid, uptime, port: primary.port, workers, compute } };
}

async function computeStatus(compute: ControlApiOptions["primary"]["compute"]) {
  if (compute === undefined) return undefined;
  const report = await compute.report(STATUS_MS);
  const { pid, restarts } = compute;
  return { pid, uptime: secondsSince(compute), restarts, ...(report ?? SILENT) };
}

function secondsSince({ bornAt }: { readonly bornAt: number }): number {
  return (performance.now() - bornAt) / 1000;
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
