import type { AppError } from "../../shared/errors.ts";
import type { RedisReceived } from "../links/redis.ts";
import type { RedisPair } from "./redis-pair.ts";
import type { Received } from "./shared-redis.ts";

type Done = (error: AppError | undefined) => void;

interface Subscription {
  readonly key: string;
  /** As Redis has it. */
  readonly name: string;
  readonly pattern: boolean;
  readonly received: RedisReceived;
}

/** Channels that are asked for at a time. */
const MOST_AT_ONCE = 1_000;

/** What a host hears, through whichever connection it has now. */
export class Subscriptions {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #failure: (error: unknown) => AppError;
  #pair: RedisPair | undefined;

  /** @param failure what those are told who subscribe and cannot */
  constructor(failure: (error: unknown) => AppError) {
    this.#failure = failure;
  }

  /** Subscribes on a new connection to all that there is. Resolves when it is complete; whatever is added meanwhile follows by itself. */
  async attach(pair: RedisPair): Promise<void> {
    this.#pair = pair;
    const all = [...this.#subscriptions.values()];
    for (let from = 0; from < all.length; from += MOST_AT_ONCE) {
      const some = all.slice(from, from + MOST_AT_ONCE).filter((one) => this.#subscriptions.get(one.key) === one);
      await Promise.all(some.map(({ name, received, pattern }) => pair.subscribe([name], received, pattern)));
    }
  }

  detach(): void {
    this.#pair = undefined;
  }

  /**
   * @param prefix what channels begin with in Redis, and nobody needs to know
   * @param channel after that; with a `*` at its end, all that begin so
   */
  add(prefix: string, channel: string, received: Received, done: Done): void {
    const pattern = channel.endsWith("*");
    const name = pattern ? `${escaped(prefix + channel.slice(0, -1))}*` : prefix + channel;
    const start = Buffer.byteLength(prefix);
    const subscription: Subscription = {
      key: prefix + channel,
      name,
      pattern,
      received: pattern
        ? (message, of) => received(message, of.toString("utf8", start))
        : (message) => received(message, channel),
    };
    this.#subscriptions.set(subscription.key, subscription);
    const pair = this.#pair;
    if (pair === undefined) {
      setImmediate(() => done(this.#failure(undefined)));
      return;
    }
    pair.subscribe([name], subscription.received, pattern).then(
      () => done(undefined),
      (error: unknown) => done(this.#failure(error)),
    );
  }

  remove(prefix: string, channel: string): void {
    const subscription = this.#subscriptions.get(prefix + channel);
    if (subscription === undefined) return;
    this.#subscriptions.delete(prefix + channel);
    this.#pair?.unsubscribe(subscription.name, subscription.received, subscription.pattern);
  }
}

/** What stands for itself in a pattern of Redis. */
function escaped(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, "\\$&");
}
