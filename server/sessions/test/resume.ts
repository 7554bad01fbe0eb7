import type { RawClient } from "../../test/raw-client.ts";

/** What a client has to know to come back. */
export interface Known {
  readonly session: string;
  readonly secret: string;
}

export interface Welcome extends Known {
  readonly resumed: boolean;
  readonly user?: string;
  readonly worker: number;
}

/** Says HELLO and reads WELCOME, which is the next message that comes. */
export async function hello(client: RawClient, options: unknown = {}): Promise<Welcome> {
  const answer = (await client.ask([0, options])) as [kind: number, info: Welcome];
  if (answer[0] !== 1) throw new Error(`No WELCOME but ${JSON.stringify(answer)}`);
  return answer[1];
}

/** Goes on with a session. */
export function resume(client: RawClient, { session, secret }: Known, channels?: unknown): Promise<Welcome> {
  return hello(client, { resume: { session, secret, ...(channels === undefined ? {} : { channels }) } });
}
