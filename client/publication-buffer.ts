import { AsyncQueue } from "../shared/async-queue.ts";
import { AppError } from "../shared/errors.ts";
import type { Position } from "../shared/message.ts";
import type { Publication } from "./subscription.ts";

/**
 * What happens to publications that come faster than they are taken: `drop-oldest` gives up the oldest that wait,
 * `latest` keeps only the newest of each channel, `error` ends the subscription.
 */
export type Overflow = "drop-oldest" | "latest" | "error";

/** Options of a subscription. */
export interface SubscriptionOptions {
  /**
   * How many publications may wait for `for await`, or for the promise that the callback returned last; at least 1.
   *
   * @default 1_000
   */
  readonly buffer?: number;
  /**
   * What happens beyond that. `latest` replaces earlier: nothing that waits is older than the newest of its channel.
   * `error`: the iteration throws `OVERLOADED` after what waits, a callback's subscription reports it by the client's
   * `error` event.
   *
   * @default "drop-oldest"
   */
  readonly overflow?: Overflow;
  /**
   * Whether to hear who comes to the channel and leaves it, by the subscription's `presence` event. The server refuses
   * with `BAD_REQUEST` where it does not keep that.
   * @default false
   */
  readonly presence?: boolean | undefined;
  /**
   * The place of the last publication that is known, as `subscription.position` told it: what followed it comes first.
   * Without effect where the channel is subscribed to already.
   * @default none: publications come from now on
   */
  readonly since?: Position | undefined;
  /** Unsubscribes when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULTS = { buffer: 1_000, overflow: "drop-oldest" };

/** Publications that wait for their reader: so many and no more. */
export class PublicationBuffer<Data> extends AsyncQueue<Publication<Data>> {
  readonly #limit: number;
  readonly #overflow: string;
  /** By channel, what is given in the place of the one that waits. */
  readonly #newest = new Map<string, Publication<Data>>();

  /** @param leave called where the reader leaves before the end */
  constructor(options: SubscriptionOptions, leave: () => void) {
    super({ leave });
    const { buffer = DEFAULTS.buffer, overflow = DEFAULTS.overflow } = options;
    // what is no number must not make it boundless
    this.#limit = buffer >= 1 ? buffer : 1;
    this.#overflow = overflow;
  }

  /**
   * Takes a publication in, and returns how many were dropped for it.
   *
   * @throws AppError `OVERLOADED` where it is full and is to say so
   */
  add(publication: Publication<Data>): number {
    const { channel } = publication;
    let dropped = 0;
    if (this.#newest.has(channel)) {
      this.#newest.set(channel, publication);
      return 1;
    }
    if (this.size >= this.#limit) {
      if (this.#overflow === "error") throw new AppError("OVERLOADED", `${this.#limit} publications wait already.`);
      this.shift();
      dropped = 1;
    }
    this.push(publication);
    // where a reader was there already, nothing waits
    if (this.#overflow === "latest" && this.size > 0) this.#newest.set(channel, publication);
    return dropped;
  }

  override shift(): Publication<Data> | undefined {
    const oldest = super.shift();
    if (oldest === undefined) return undefined;
    const newest = this.#newest.get(oldest.channel);
    this.#newest.delete(oldest.channel);
    return newest ?? oldest;
  }
}
