import { type Connection, defineApp } from "../index.ts";
import type { ServerOptions } from "../server.ts";
import type { Format, RawClient } from "./raw-client.ts";
import { serve, type TestServer } from "./test-server.ts";

/** A raw client, and the server's object for it. */
export interface CalledClient {
  readonly run: TestServer;
  readonly client: RawClient;
  readonly connection: Connection;
}

/** Serves, for one test, an application that does nothing by itself, and connects to it. */
export async function calledClient(format: Format = "msgpack", options: ServerOptions = {}): Promise<CalledClient> {
  const run = await serve(defineApp({}), options);
  const opened = new Promise<Connection>((resolve) => run.server.on("connection", resolve));
  const client = await run.connect({ format });
  return { run, client, connection: await opened };
}
