import { expect } from "vitest";
import type { RawClient } from "./raw-client.ts";
import type { TestServer } from "./test-server.ts";

/** What SUBSCRIBED says of a channel with history. */
export interface Told {
  readonly epoch: string;
  readonly offset: number;
  readonly recovered?: boolean;
  readonly latest?: true;
}

/** Subscribes, and takes SUBSCRIBED, which has to be the next message. */
export async function subscribe(client: RawClient, channel: string, since?: unknown): Promise<Told> {
  const message = [8, 7, channel, ...(since === undefined ? [] : [{ since }])] as const;
  const [kind, id, told] = (await client.ask(message)) as [number, number, Told];
  expect([kind, id]).toEqual([9, 7]);
  return told;
}

/** Publishes from elsewhere, one after the other. @returns the answers */
export async function publish(run: TestServer, channel: string, ...data: unknown[]): Promise<unknown[]> {
  const client = await run.connect();
  const answers: unknown[] = [];
  for (const one of data) answers.push(await client.ask([11, 3, channel, one]));
  client.destroy();
  return answers;
}
