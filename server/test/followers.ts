import { onTestFinished } from "vitest";
import { connect } from "../../client/node.ts";
import type { AppError } from "../../shared/errors.ts";

/** What one follower saw of a channel. */
export interface Follower {
  /** The numbers that came, in order. */
  readonly numbers: number[];
  readonly gaps: unknown[];
  /** How often its connection was lost. */
  losses: number;
}

/** Clients that follow a channel of numbers, over whatever becomes of their connections. Resolves when all are there. */
export async function follow(port: number, channel: string, count: number): Promise<Follower[]> {
  const followers = Array.from({ length: count }, async () => {
    // one that is lost again and again waits for longer and longer; nobody here waits for that
    const client = connect(`http://127.0.0.1:${port}`, { reconnect: { maxDelayMs: 1_000 } });
    onTestFinished(() => client.close());
    const follower: Follower = { numbers: [], gaps: [], losses: 0 };
    client.on("disconnected", () => follower.losses++);
    const subscription = client.subscribe(channel, (data) => void follower.numbers.push(data as number));
    subscription.on("gap", (gap) => follower.gaps.push(gap));
    await subscription.ready;
    return follower;
  });
  return Promise.all(followers);
}

/**
 * Publishes numbers from 1, each when the one before has been acknowledged, with a pause in between, until told to stop.
 *
 * @returns how to stop: resolves to how many were acknowledged, which is all of them
 */
export function publishNumbers(port: number, channel: string, pauseMs: number): () => Promise<number> {
  const client = connect(`http://127.0.0.1:${port}`, { reconnect: { maxDelayMs: 1_000 } });
  onTestFinished(() => client.close());
  let stopped = false;
  const done = (async () => {
    let number = 0;
    while (!stopped) {
      // by its key it is made once, though it may have been made where it was refused
      const key = `number ${number + 1}`;
      const error = await client.publish(channel, number + 1, { key }).then(
        () => undefined,
        (reason: AppError) => reason,
      );
      if (error === undefined) number++;
      else if (error.code !== "UNAVAILABLE") throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return number;
  })();
  return () => {
    stopped = true;
    return done;
  };
}
