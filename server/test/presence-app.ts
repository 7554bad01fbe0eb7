import { type App, type Connection, defineApp, type PresenceOptions } from "../index.ts";
import type { RawClient, RawClientOptions } from "./raw-client.ts";
import { serve, type TestServer } from "./test-server.ts";

/** A member as it is told, of which only the connection is sure to be there. */
export interface Member {
  readonly connection: string;
  readonly user?: string;
}

/** An application whose channels `room:*` keep presence, and others do not. */
export function presenceApp(presence: boolean | PresenceOptions = true): App {
  const app = defineApp({
    procedures: {
      login: (user: string | null, { session }) => session.setUser(user ?? undefined),
      whoami: (_: unknown, { connection }) => connection.id,
    },
    channels: { "room:*": { presence }, "quiet:*": {}, "closed:*": { presence: true, subscribe: false } },
  });
  return app as App;
}

/** A client, and the id of its connection. */
export interface Guest {
  readonly client: RawClient;
  readonly id: string;
}

export interface PresenceRun extends TestServer {
  guest(options?: Omit<RawClientOptions, "port">): Promise<Guest>;
  /** What `$presence` answers to somebody who is not in the channel. What was told before is told by then. */
  listed(asked?: unknown): Promise<unknown>;
}

/** Serves it for one test. */
export async function servePresence(
  presence?: boolean | PresenceOptions,
  options: Parameters<typeof serve>[1] = {},
): Promise<PresenceRun> {
  const run = await serve(presenceApp(presence), options);
  const asker = await run.connect();
  return {
    ...run,
    async guest(clientOptions) {
      const client = await run.connect(clientOptions);
      return { client, id: await connectionOf(client) };
    },
    async listed(asked = "room:1") {
      const [kind, , answer] = (await asker.ask([2, 1, "$presence", asked])) as [number, number, unknown];
      if (kind !== 3) throw new Error(`$presence answered ${kind}: ${answer}`);
      return answer;
    },
  };
}

/** The id of a client's connection. */
export async function connectionOf(client: RawClient): Promise<string> {
  const [, , id] = (await client.ask([2, 999, "whoami"])) as [number, number, string];
  return id;
}

export function queryOf({ query }: Connection): string {
  return query;
}
