import type { Link } from "./lifeline.ts";
import { connectRedis, type RedisLink } from "./redis.ts";

/** Reading waits for what is new, so all else has a connection of its own. */
export interface RedisLinks extends Link {
  readonly reading: RedisLink;
  readonly asking: RedisLink;
}

/** Connects twice to one Redis: both connections are there, or neither is. */
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
