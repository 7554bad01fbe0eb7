import { Kind } from "../../shared/message.ts";
import { portableDeflate } from "../../shared/portable-deflate.ts";
import { Client } from "../client.ts";
import type { LateDeflate } from "../late-deflate.ts";
import * as functions from "../workers/codec-functions.ts";
import type { OffloadOptions } from "../workers/offload-options.ts";
import { FakePool } from "./fake-pool.ts";
import { FakeServer, grant } from "./fake-server.ts";
import { type Pair, pass, settled } from "./setup.ts";
// fetched before the tests, so that they need not wait for it
import "../page-workers.ts";

/** Text that is large also when it is deflated, as no text in words is. */
export function noise(seed: number, length = 40_000): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return (state & 15).toString(16);
  }).join("");
}

/** A client that offloads. */
export interface Offloading extends Pair {
  readonly pool: FakePool;
  /** Publications of the channel "news". */
  readonly heard: unknown[];
  /** What it told as `error`. */
  readonly errors: Error[];
  end(): void;
  /** Publishes on "news", each in a frame of its own. */
  tell(...data: unknown[]): void;
}

/**
 * A client that is connected, and has a pool that is ready.
 *
 * @param refusal why it cannot register a module
 * @param deflate the client's own code for that
 */
export async function offloading(
  options: OffloadOptions = {},
  refusal?: Error,
  deflate: LateDeflate = portableDeflate,
): Promise<Offloading> {
  const server = new FakeServer(grant);
  const client = new Client("ws://server.test", { attempts: 1 }, server.webSocket, deflate);
  await settled();
  const heard: unknown[] = [];
  const errors: Error[] = [];
  client.on("error", (error) => void errors.push(error as Error));
  client.subscribe("news", (data) => void heard.push(data));
  const pool = new FakePool(functions);
  pool.refusal = refusal;
  const end = client.offload(pool, options);
  // what was imported already is imported once more
  await import("../page-workers.ts");
  await pass(1);
  const tell = (...data: unknown[]) => {
    for (const one of data) server.connection.send([Kind.EVENT, "news", one]);
  };
  return { client, server, heard, errors, pool, end, tell };
}
