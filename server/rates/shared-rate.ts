import { Bucket } from "./bucket.ts";
import type { Rate } from "./rate.ts";

/** Told of what has to be told to the primary. */
export interface SharedRateHost {
  /**
   * What is not worth telling: in all socket workers together, this part of the rate.
   * Undefined where nobody else counts, so that there is nothing to tell.
   */
  readonly untold: number | undefined;
  /** Something is owed. */
  owing(rate: SharedRate): void;
}

/**
 * A rate that is counted in all socket workers together, as one of them sees it. It never asks: it lets through what the
 * rate allows by what it has seen itself, tells the primary of that a little later, and stops where the primary says
 * that it is too much for all of them. Who does little, as nearly everybody does, is not even told of.
 */
export class SharedRate {
  /** Whose, and which; as the primary knows it. */
  readonly key: string;
  readonly rate: Rate;
  /** Done, and not told yet. */
  owed = 0;
  readonly #host: SharedRateHost;
  /** What this process alone would allow. */
  readonly #own: Bucket;
  readonly #untold: Bucket | undefined;
  #blockedUntil = -0.5;

  constructor(key: string, rate: Rate, host: SharedRateHost) {
    this.key = key;
    this.rate = rate;
    this.#host = host;
    this.#own = new Bucket(rate);
    const { untold } = host;
    if (untold !== undefined) {
      this.#untold = new Bucket({ intervalMs: rate.intervalMs / untold, burstMs: rate.burstMs });
    }
  }

  /** Takes `count`, or nothing. @returns 0, or after how many milliseconds there will be so many, if nobody else takes them */
  take(now: number, count = 1): number {
    const wait = this.refusal(now) || this.#own.take(now, count);
    if (wait > 0) return wait;
    if (this.#untold === undefined || this.#untold.take(now, count) === 0) return 0;
    this.owed += count;
    if (this.owed === count) this.#host.owing(this);
    return 0;
  }

  /** Who has to ask the primary need not where this says that there is none. @returns 0, or for how many milliseconds */
  refusal(now: number): number {
    return now < this.#blockedUntil ? Math.ceil(this.#blockedUntil - now) : 0;
  }

  /** All of them together have done too much: nothing for so many milliseconds. */
  block(now: number, forMs: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, now + forMs);
  }

  /** When it can be forgotten: from then on it is as if it were new. */
  get forgettableAt(): number {
    return this.owed > 0 ? Number.POSITIVE_INFINITY : Math.max(this.#own.fullAt, this.#blockedUntil);
  }
}
