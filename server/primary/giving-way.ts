import { List, type Place } from "../list.ts";
import type { KeptPublications } from "./kept-publications.ts";
import { type Ranked, SizeRanks } from "./size-ranks.ts";

/** A channel that may have to give way. Begins as `{ used: undefined, usedAt: 0, rank: 0, ranked: undefined }`. */
export interface Yielding<Value> extends Ranked<Value> {
  readonly publications: Pick<KeptPublications, "bytes">;
  /** Its place among those that may have to; undefined where it is none of them. */
  used: Place<Value> | undefined;
  /** When it was used last, by `performance.now()`. */
  usedAt: number;
}

/** A channel that has not been used for so long counts as not in use, in milliseconds. */
const IDLE_MS = 60_000;
/** A channel that takes more than one part in so many of the budget is what fills it up. */
const LARGE_SHARE = 16;

/**
 * Which channel loses something where all together take too much: one of the largest; or the one that has not been used
 * for longest, where that is long and no channel is very large. So what is small and in use loses nothing because others
 * are large, and what nobody uses any more goes.
 */
export class GivingWay<Value extends Yielding<Value>> {
  readonly #large: number;
  /** All of them, least lately used first. */
  readonly #used = new List<Value>();
  /** Those with publications, by the bytes of these. */
  readonly #ranks = new SizeRanks<Value>();

  /** @param budget bytes that all together may take */
  constructor(budget: number) {
    this.#large = budget / LARGE_SHARE;
  }

  /** One is used, for the first time or once more. @param now by `performance.now()` */
  use(value: Value, now: number): void {
    value.usedAt = now;
    if (value.used === undefined) value.used = this.#used.append(value);
    else this.#used.moveToEnd(value.used);
  }

  /** The publications of one take more, or less, than they did. */
  resized(value: Value): void {
    this.#ranks.resize(value, value.publications.bytes);
  }

  /** One is none of them any more. */
  remove(value: Value): void {
    this.#ranks.resize(value, 0);
    if (value.used !== undefined) this.#used.remove(value.used);
    value.used = undefined;
  }

  /** Which one it is; undefined where there is none. @param now by `performance.now()` */
  next(now: number): Value | undefined {
    const { largest } = this.#ranks;
    const leastUsed = this.#used.first?.value;
    if (largest === undefined || leastUsed === undefined) return leastUsed;
    const fills = largest.publications.bytes > this.#large;
    return !fills && now - leastUsed.usedAt > IDLE_MS ? leastUsed : largest;
  }
}
