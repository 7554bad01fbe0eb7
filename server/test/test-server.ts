import { onTestFinished, vi } from "vitest";
import { type App, defineApp } from "../app.ts";
import type { Logger } from "../logger.ts";
import { createServer, type Server, type ServerOptions } from "../server.ts";
import { RawClient, type RawClientOptions } from "./raw-client.ts";

/** A record of the log. */
export interface LogRecord {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface TestServer {
  readonly server: Server;
  readonly port: number;
  /** What was logged, in order. */
  readonly records: readonly LogRecord[];
  connect(options?: Omit<RawClientOptions, "port">): Promise<RawClient>;
  /** Counters as `$health` tells them. */
  counters(): Promise<Record<string, number>>;
  /** Ends the server and hangs up on whoever is left. */
  stop(): Promise<void>;
}

const OPTIONS: ServerOptions = { workers: 0, port: 0, host: "127.0.0.1", drainMs: 100, controlPort: "off" };

/** Starts a server that is all in this process; whoever starts it stops it. */
export async function startTestServer(app: App = defineApp({}), options: ServerOptions = {}): Promise<TestServer> {
  const records: LogRecord[] = [];
  const server = createServer(app, { ...OPTIONS, log: recorder(records, {}), ...options });
  await server.listen();
  const { port } = server;
  const clients: RawClient[] = [];

  async function connect(clientOptions: Omit<RawClientOptions, "port"> = {}): Promise<RawClient> {
    const client = await RawClient.connect({ ...clientOptions, port });
    clients.push(client);
    return client;
  }

  return {
    server,
    port,
    records,
    connect,
    async counters() {
      const client = await connect();
      const [, , health] = (await client.ask([2, 1, "$health"])) as [number, number, { counters: never }];
      client.destroy();
      return health.counters;
    },
    async stop() {
      const over = server.close();
      for (const client of clients) client.destroy();
      await over;
    },
  };
}

/** The same, for one test: stopped when that is over. */
export async function serve(app?: App, options?: ServerOptions): Promise<TestServer> {
  const running = await startTestServer(app, options);
  onTestFinished(() => running.stop());
  return running;
}

/** Waits until a condition holds. */
export async function until(condition: () => unknown, timeout = 3_000): Promise<void> {
  await vi.waitUntil(condition, { timeout, interval: 5 });
}

function recorder(records: LogRecord[], bindings: Readonly<Record<string, unknown>>): Logger {
  const method =
    (level: string) =>
    (...[fields, message]: [object | string, string?]) => {
      const own = typeof fields === "string" ? {} : fields;
      records.push({ level, message: message ?? String(fields), fields: { ...bindings, ...own } });
    };
  return {
    trace: method("trace"),
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    fatal: method("fatal"),
    child: (more) => recorder(records, { ...bindings, ...more }),
  };
}
