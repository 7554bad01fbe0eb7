import { List, type Place } from "../list.ts";
import type { KeptPublications } from "./kept-publications.ts";
import { type Ranked, SizeRanks } from "./size-ranks.ts";

/** A channel that takes more or less. */
export interface Sized {
  readonly publications: Pick<KeptPublications, "bytes">;
  /** When it was used last, by `performance.now()`. */
  usedAt: number;
}

/** A channel among others of which one may have to give way. */
export interface Candidate<Value extends Sized> extends Ranked<Candidate<Value>> {
  readonly value: Value;
  /** Its place among them; undefined where it is none of them. */
  used: Place<Candidate<Value>> | undefined;
}

/** A channel that has not been used for so long counts as not in use, in milliseconds. */
const IDLE_MS = 60_000;

export function candidate<Value extends Sized>(value: Value): Candidate<Value> {
  return { value, used: undefined, rank: 0, ranked: undefined };
}

/**
 * Channels of which one loses something where they take too much: one of the largest; or the one that has not been used
 * for longest, where that is long and no channel is very large. So what is small and in use loses nothing because others
 * are large, and what nobody uses any more goes.
 */
export class Candidates<Value extends Sized> {
  readonly #large: number;
  /** All of them, least lately used first. */
  readonly #used = new List<Candidate<Value>>();
  /** Those with publications, by the bytes of these. */
  readonly #ranks = new SizeRanks<Candidate<Value>>();

  /** @param large bytes of a channel that is very large */
  constructor(large: number) {
    this.#large = large;
  }

  get empty(): boolean {
    return this.#used.first === undefined;
  }

  /** One is used, for the first time or once more. */
  use(one: Candidate<Value>): void {
    if (one.used === undefined) one.used = this.#used.append(one);
    else this.#used.moveToEnd(one.used);
  }

  /** The publications of one take more, or less, than they did. */
  resized(one: Candidate<Value>): void {
    this.#ranks.resize(one, one.value.publications.bytes);
  }

  /** One is none of them any more. */
  remove(one: Candidate<Value>): void {
    this.#ranks.resize(one, 0);
    if (one.used !== undefined) this.#used.remove(one.used);
    one.used = undefined;
  }

  /** Which one it is; undefined where there is none. @param now by `performance.now()` */
  next(now: number): Value | undefined {
    const { largest } = this.#ranks;
    const leastUsed = this.#used.first?.value;
    if (largest === undefined || leastUsed === undefined) return leastUsed?.value;
    const fills = largest.value.publications.bytes > this.#large;
    return !fills && now - leastUsed.value.usedAt > IDLE_MS ? leastUsed.value : largest.value;
  }
}
