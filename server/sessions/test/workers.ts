import type { Cluster } from "../../test/cluster.ts";
import type { RawClient, RawClientOptions } from "../../test/raw-client.ts";
import { hello, type Known, resume, type Welcome } from "./resume.ts";

/** A client that has a session, and the socket worker that serves it. */
export interface Placed {
  readonly client: RawClient;
  readonly welcome: Welcome;
  readonly pid: number;
}

export interface PlaceOptions extends Omit<RawClientOptions, "port"> {
  /** The session to go on with. @default a new one */
  readonly known?: Known;
  /** The process that it shall not be. @default any is fine */
  readonly not?: number;
}

/** Connects and says HELLO; again, where that came to the wrong process. Connections are dealt in turn. */
export async function place(cluster: Cluster, { known, not, ...options }: PlaceOptions = {}): Promise<Placed> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const client = await cluster.connect(options);
    const welcome = known === undefined ? await hello(client) : await resume(client, known);
    const [, , { pid }] = (await client.ask([2, 0, "$health"])) as [number, number, { pid: number }];
    if (pid !== not) return { client, welcome, pid };
    client.destroy();
  }
  throw new Error(`No connection came to another process than ${not}.`);
}
