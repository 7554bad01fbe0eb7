import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../test/cluster.ts";
import { LIMIT_MS } from "../../test/patience.ts";
import type { RawClient, RawClientOptions } from "../../test/raw-client.ts";
import { hello, type Known, resume, type Welcome } from "./resume.ts";

/** Between two attempts, in milliseconds. */
const PAUSE_MS = 5;

/** A client that has a session, and the socket worker that serves it. */
export interface Placed {
  readonly client: RawClient;
  readonly welcome: Welcome;
  readonly pid: number;
  /** Connections that this took: all but the last came to the wrong process. */
  readonly attempts: number;
}

export interface PlaceOptions extends Omit<RawClientOptions, "port"> {
  /** The session to go on with. @default a new one */
  readonly known?: Known;
  /** The process that it shall not be. @default any is fine */
  readonly not?: number;
}

/**
 * Connects and says HELLO; again, where that came to the wrong process. Connections are dealt in turn, but for a process
 * that has not taken the last one yet: on a busy machine that may last.
 */
export async function place(cluster: Cluster, { known, not, ...options }: PlaceOptions = {}): Promise<Placed> {
  const end = performance.now() + LIMIT_MS;
  for (let attempts = 1; performance.now() < end; attempts++, await sleep(PAUSE_MS)) {
    const client = await cluster.connect(options);
    const welcome = known === undefined ? await hello(client) : await resume(client, known);
    const [, , { pid }] = (await client.ask([2, 0, "$health"])) as [number, number, { pid: number }];
    if (pid !== not) return { client, welcome, pid, attempts };
    client.destroy();
  }
  throw new Error(`No connection came to another process than ${not}.`);
}
