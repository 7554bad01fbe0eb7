import { type IncomingHttpHeaders, request } from "node:http";
import { onTestFinished, vi } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { type ControlPortOptions, startControlPort } from "../control-port/control-port.ts";

/** Where control ports of tests listen. */
export const HOST = "127.0.0.1";

export type Worker = ControlPortOptions["primary"]["workers"][number];

/** A socket worker that is well. */
export const WELL: Worker = {
  number: 1,
  member: 1,
  pid: 4711,
  bornAt: 0,
  state: "serving",
  status: async () => ({ connections: 3, memory: 1_000 }),
};

/** A primary that has nothing to do. */
export const IDLE: ControlPortOptions["primary"] = {
  ready: true,
  port: 0,
  workers: [],
  rollout: { running: false, queued: false, failure: undefined },
  reload: () => "started",
  users: { revokeUser: async () => 0, revokeSession: async () => 0 },
  scale: (workers) => ({ before: 1, workers, starting: [], draining: [] }),
  tails: { full: false, open: () => undefined },
  metrics: { text: async () => "", snapshot: async () => ({}) },
  control: {
    ask: async () => undefined,
    askAll: async () => ({ answers: [], silent: [] }),
    askEverywhere: async () => ({ answers: [], silent: [], silentElsewhere: [] }),
  },
};

/** Opens a control port for one test. @returns the port */
export async function startControl(given: Partial<ControlPortOptions["primary"]> = {}, host = HOST): Promise<number> {
  const primary = { ...IDLE, port: 8080, workers: [WELL], ...given };
  const { port } = await openControl({ host, port: 0, primary });
  return port;
}

/** Opens a control port for one test. */
export async function openControl(
  options: {
    readonly host: string;
    readonly port: number;
    readonly primary: ControlPortOptions["primary"];
    readonly token?: string;
    readonly allow?: readonly string[];
    readonly dashboard?: ControlPortOptions["dashboard"];
  },
  warn = vi.fn(),
  drain = vi.fn(),
) {
  const { host: controlHost, token: controlToken = "", allow: controlAllow = [] } = options;
  const config = { ...DEFAULT_CONFIG, node: "here", controlHost, controlToken, controlAllow };
  const { port, primary, dashboard } = options;
  const opened = await startControlPort({
    ...{ config, port, primary, version: "1.2.3", log: { warn, error: warn }, drain },
    ...(dashboard !== undefined && { dashboard }),
  });
  onTestFinished(() => {
    opened.server.close();
    opened.server.closeAllConnections();
  });
  return opened;
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Asks: `fetch` would not let us forge the headers of a browser. */
export function ask(
  port: number,
  path: string,
  { body, ...options }: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({ host: HOST, port, path, agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: parsed(text, response.headers) }),
      );
    });
    asked.on("error", reject).end(body);
  });
}

function parsed(text: string, headers: IncomingHttpHeaders): unknown {
  return headers["content-type"] === "application/json" ? JSON.parse(text) : text;
}
