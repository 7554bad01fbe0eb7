import { type IncomingHttpHeaders, request } from "node:http";
import { onTestFinished, vi } from "vitest";
import { type ControlApiOptions, startControlApi } from "../primary/control-api.ts";

/** Where control ports of tests listen. */
export const HOST = "127.0.0.1";

export type Worker = ControlApiOptions["primary"]["workers"][number];

/** A socket worker that is well. */
export const WELL: Worker = {
  number: 1,
  pid: 4711,
  bornAt: 0,
  state: "serving",
  status: async () => ({ connections: 3, memory: 1_000 }),
};

/** A primary that has nothing to do. */
export const IDLE: ControlApiOptions["primary"] = {
  ready: true,
  port: 0,
  workers: [],
  rollout: { running: false, queued: false, failure: undefined },
  reload: () => "started",
  users: { revokeUser: () => 0, revokeSession: () => 0 },
  scale: (workers) => ({ before: 1, workers, starting: [], draining: [] }),
};

/** Opens a control port for one test. @returns the port */
export async function startControl(given: Partial<ControlApiOptions["primary"]> = {}, host = HOST): Promise<number> {
  const primary = { ...IDLE, port: 8080, workers: [WELL], ...given };
  const { port } = await openControl({ host, port: 0, primary });
  return port;
}

/** Opens a control port for one test. */
export async function openControl(
  options: Pick<ControlApiOptions, "host" | "port" | "primary"> & { readonly token?: string },
  warn = vi.fn(),
) {
  const own = { token: "", node: "here", version: "1.2.3", log: { warn } };
  const { port, server } = await startControlApi({ ...own, ...options });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port, server };
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Asks: `fetch` would not let us forge the headers of a browser. */
export function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({ host: HOST, port, path, agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) }),
      );
    });
    asked.on("error", reject).end();
  });
}
