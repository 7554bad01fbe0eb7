import { type Due, DueSeconds } from "../due-seconds.ts";
import { List, type Place } from "../list.ts";
import { Bucket } from "../rates/bucket.ts";
import type { Rate } from "../rates/rate.ts";

interface Kept extends Due<Kept> {
  readonly key: string;
  bucket: Bucket;
  /** Where it stands among all, those that did nothing for longest first. */
  used: Place<Kept> | undefined;
}

/**
 * What users and addresses have done in all socket workers together. Each is forgotten once all of its rate is there
 * again; where there are more than can be kept, those are let off that have done nothing for longest.
 */
export class RateStore {
  /** Keys come from outside. */
  readonly #kept = new Map<string, Kept>();
  readonly #used = new List<Kept>();
  readonly #most: number;
  readonly #over = new DueSeconds<Kept>((kept) => this.#look(kept));

  /** @param most how many are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Takes so many, or nothing. @returns 0, or after how many milliseconds there are so many */
  take(key: string, rate: Rate, count: number): number {
    const now = performance.now();
    return this.#of(key, rate, now).bucket.take(now, count);
  }

  /** So many were taken. @returns 0, or after how many milliseconds there is one more */
  spend(key: string, rate: Rate, count: number): number {
    const now = performance.now();
    return this.#of(key, rate, now).bucket.charge(now, count);
  }

  close(): void {
    this.#over.stop();
  }

  #of(key: string, rate: Rate, now: number): Kept {
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      const oldest = this.#kept.size >= this.#most ? this.#used.first : undefined;
      if (oldest !== undefined) this.#forget(oldest.value);
      kept = { key, bucket: new Bucket(rate), used: undefined, noted: undefined };
      kept.used = this.#used.append(kept);
      this.#kept.set(key, kept);
      this.#over.note(kept, now);
    } else if (kept.used !== undefined) this.#used.moveToEnd(kept.used);
    // an application that was loaded anew may have other limits
    if (kept.bucket.rate.intervalMs !== rate.intervalMs || kept.bucket.rate.burstMs !== rate.burstMs) {
      kept.bucket = new Bucket(rate);
    }
    return kept;
  }

  #look(kept: Kept): void {
    const { fullAt } = kept.bucket;
    if (fullAt > performance.now()) this.#over.note(kept, fullAt);
    else this.#forget(kept);
  }

  #forget(kept: Kept): void {
    this.#over.takeBack(kept);
    if (kept.used !== undefined) this.#used.remove(kept.used);
    this.#kept.delete(kept.key);
  }
}
