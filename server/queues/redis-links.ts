import type { Link } from "../links/lifeline.ts";
import { connectRedis, type RedisArgument, type RedisLink } from "../links/redis.ts";

/** Reading waits for what is new, so all else has a connection of its own. */
export interface RedisLinks extends Link {
  readonly reading: RedisLink;
  readonly asking: RedisLink;
}

export async function connectTwice(
  url: string,
  lost: (error: Error) => void,
  signal: AbortSignal,
): Promise<RedisLinks> {
  const reading = await connectRedis({ url, buffers: true }, lost, signal);
  try {
    const asking = await connectRedis({ url, buffers: true }, lost, signal);
    return {
      reading,
      asking,
      close() {
        reading.close();
        asking.close();
      },
    };
  } catch (error) {
    reading.close();
    throw error;
  }
}

/** Runs a script. */
export function runScript(
  link: RedisLink,
  script: string,
  keys: readonly string[],
  args: readonly RedisArgument[],
): Promise<unknown> {
  return link.command(["EVAL", script, String(keys.length), ...keys, ...args]);
}

/** An entry as scripts give it: its stream, its id, its fields, and how often it was delivered. */
export interface TakenEntry {
  readonly stream: string;
  readonly id: string;
  readonly field: string;
  readonly body: Buffer | undefined;
  readonly deliveries: number;
}

type RawEntry = readonly [stream: Buffer, id: Buffer, fields: readonly Buffer[], deliveries: number];

export function entriesOf(answer: unknown): TakenEntry[] {
  return (answer as readonly RawEntry[]).map(([stream, id, fields, deliveries]) => ({
    ...{ stream: String(stream), id: String(id), field: String(fields[0]), body: fields[1], deliveries },
  }));
}
