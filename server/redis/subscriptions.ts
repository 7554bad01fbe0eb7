import type { AppError } from "../../shared/errors.ts";
import type { RedisReceived } from "../links/redis.ts";
import { within } from "../within.ts";
import type { RedisPair } from "./redis-pair.ts";
import type { Received } from "./shared-redis.ts";

type Done = (error: AppError | undefined) => void;

/** One channel or pattern, as long as somebody wants it or Redis has not been told otherwise. */
interface Subscription {
  readonly key: string;
  /** As Redis has it. */
  readonly name: string;
  readonly pattern: boolean;
  /** The same one for good: the driver knows subscriptions by it. */
  readonly received: RedisReceived;
  /** Who hears it; undefined where nobody wants it any more. */
  current: Received | undefined;
  /** Who waits to be subscribed. */
  waiting: Done[];
  /** Whether Redis is subscribed to it. */
  on: boolean;
  /** Whether Redis has been asked to change that, and has not answered. */
  moving: boolean;
}

/** Channels that are asked for at a time, and how long that may take, in milliseconds. */
const MOST_AT_ONCE = 1_000;
const ATTACH_MS = 10_000;

export interface SubscriptionsHooks {
  /** What those are told who subscribe and cannot. */
  failure(): AppError;
  /** Whoever heard something threw. */
  threw(error: unknown): void;
}

/**
 * What a host hears, through whichever connection it has now. Of each name Redis is asked for one thing at a time: whoever comes
 * and goes quickly ends up as he wanted last.
 */
export class Subscriptions {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #hooks: SubscriptionsHooks;
  #pair: RedisPair | undefined;

  constructor(hooks: SubscriptionsHooks) {
    this.#hooks = hooks;
  }

  /**
   * Subscribes on a new connection to all that there is. Resolves when it is complete; whatever is added meanwhile follows by
   * itself. Rejects where that fails, or takes too long.
   */
  async attach(pair: RedisPair): Promise<void> {
    this.#pair = pair;
    const all = [...this.#subscriptions.values()];
    const late = (): Error => new Error("Redis does not answer who subscribes");
    for (let from = 0; from < all.length; from += MOST_AT_ONCE) {
      const some = all.slice(from, from + MOST_AT_ONCE).filter(({ current, on, moving }) => current && !on && !moving);
      await within(Promise.all(some.map((one) => this.#subscribe(one, pair))), ATTACH_MS, late);
    }
  }

  detach(): void {
    this.#pair = undefined;
    for (const subscription of [...this.#subscriptions.values()]) {
      subscription.on = false;
      subscription.moving = false;
      this.#settle(subscription, this.#hooks.failure());
      if (subscription.current === undefined) this.#subscriptions.delete(subscription.key);
    }
  }

  /**
   * @param prefix what channels begin with in Redis, and nobody needs to know
   * @param channel after that; with a `*` at its end, all that begin so
   */
  add(prefix: string, channel: string, received: Received, done: Done): void {
    const key = prefix + channel;
    const subscription = this.#subscriptions.get(key) ?? this.#create(key, prefix, channel);
    subscription.current = received;
    subscription.waiting.push(done);
    if (this.#pair === undefined) setImmediate(() => this.#settle(subscription, this.#hooks.failure()));
    else if (subscription.on && !subscription.moving) setImmediate(() => this.#move(subscription));
    else this.#move(subscription);
  }

  remove(prefix: string, channel: string): void {
    const subscription = this.#subscriptions.get(prefix + channel);
    if (subscription === undefined) return;
    subscription.current = undefined;
    if (this.#pair === undefined) this.#subscriptions.delete(subscription.key);
    else this.#move(subscription);
  }

  #create(key: string, prefix: string, channel: string): Subscription {
    const pattern = channel.endsWith("*");
    const start = Buffer.byteLength(prefix);
    const hear = (message: Buffer, name: string): void => {
      try {
        subscription.current?.(message, name);
      } catch (error) {
        this.#hooks.threw(error);
      }
    };
    const subscription: Subscription = {
      key,
      name: pattern ? `${escaped(prefix + channel.slice(0, -1))}*` : key,
      pattern,
      received: pattern
        ? (message, of) => hear(message, of.toString("utf8", start))
        : (message) => hear(message, channel),
      current: undefined,
      waiting: [],
      on: false,
      moving: false,
    };
    this.#subscriptions.set(key, subscription);
    return subscription;
  }

  /** Brings Redis to where it should be, one step after the other. */
  #move(subscription: Subscription): void {
    const pair = this.#pair;
    if (pair === undefined || subscription.moving) return;
    const { current, on } = subscription;
    if (current !== undefined && !on) void this.#subscribe(subscription, pair).catch(() => undefined);
    else if (current === undefined && on) this.#unsubscribe(subscription, pair);
    else {
      this.#settle(subscription, undefined);
      if (current === undefined) this.#subscriptions.delete(subscription.key);
    }
  }

  async #subscribe(subscription: Subscription, pair: RedisPair): Promise<void> {
    const { name, received, pattern } = subscription;
    subscription.moving = true;
    try {
      await pair.subscribe([name], received, pattern);
    } catch (error) {
      // it is lost with its connection, or Redis does not let this user: whoever waits is told
      if (this.#pair === pair) subscription.moving = false;
      this.#settle(subscription, this.#hooks.failure());
      throw error;
    }
    if (this.#pair !== pair) return;
    subscription.on = true;
    subscription.moving = false;
    this.#move(subscription);
  }

  #unsubscribe(subscription: Subscription, pair: RedisPair): void {
    subscription.moving = true;
    const over = (): void => {
      if (this.#pair !== pair) return;
      subscription.on = false;
      subscription.moving = false;
      this.#move(subscription);
    };
    pair.unsubscribe(subscription.name, subscription.received, subscription.pattern).then(over, over);
  }

  #settle(subscription: Subscription, error: AppError | undefined): void {
    const { waiting } = subscription;
    if (waiting.length === 0) return;
    subscription.waiting = [];
    for (const done of waiting) done(error);
  }
}

/** What stands for itself in a pattern of Redis. */
function escaped(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, "\\$&");
}
