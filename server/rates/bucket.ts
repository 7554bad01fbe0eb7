import { burstOf, type Rate, ROUNDING_MS } from "./rate.ts";

/** Of what may come at once, one in so many parts is taken at once where single ones are asked for. */
const PARTS = 1_024;

/**
 * What is left of a rate. It is kept as one number, the moment when all of it is there again (the "generic cell rate
 * algorithm"), so that no timer fills anything. Where much may come at once, a little is taken in advance: then most of
 * the time one more is a comparison and a decrement.
 */
export class Bucket {
  readonly rate: Rate;
  readonly #part: number;
  /** Taken in advance, and not given yet. */
  #ahead = 0;
  /** When it is full again. Not a whole number, for V8 to keep it as a double from the start: then changing it allocates nothing. */
  #fullAt = -0.5;

  constructor(rate: Rate) {
    this.rate = rate;
    this.#part = Math.floor(burstOf(rate) / PARTS);
  }

  /** When it is, or was, full again, by the clock of whoever takes. */
  get fullAt(): number {
    return this.#fullAt;
  }

  /**
   * Takes `count`, or nothing.
   * @param now by `performance.now()`
   * @returns 0, or where there are not so many, the whole milliseconds after which there will be
   */
  take(now: number, count = 1): number {
    if (count !== 1) return this.#take(now, count);
    if (this.#ahead > 0) {
      this.#ahead--;
      return 0;
    }
    if (this.#part > 1 && this.#take(now, this.#part) === 0) {
      this.#ahead = this.#part - 1;
      return 0;
    }
    return this.#take(now, 1);
  }

  #take(now: number, count: number): number {
    const { intervalMs, burstMs } = this.rate;
    const fullAt = (this.#fullAt > now ? this.#fullAt : now) + count * intervalMs;
    const missing = fullAt - now - burstMs;
    if (missing > ROUNDING_MS) return Math.ceil(missing - ROUNDING_MS);
    this.#fullAt = fullAt;
    return 0;
  }

  /**
   * Takes `count` whether they are there or not, for what has been done already. What is owed then is never more than
   * all that may come at once: nobody waits for longer than that takes.
   * @returns 0, or where there is not one left, the whole milliseconds after which there will be
   */
  charge(now: number, count: number): number {
    const { intervalMs, burstMs } = this.rate;
    const fullAt = (this.#fullAt > now ? this.#fullAt : now) + count * intervalMs;
    this.#fullAt = Math.min(fullAt, now + 2 * burstMs);
    return Math.max(0, Math.ceil(this.#fullAt + intervalMs - now - burstMs - ROUNDING_MS));
  }

  /** How much is owed, in parts of all that may come at once: above 1, as much again as that was refused. */
  debt(now: number): number {
    return (this.#fullAt - now) / this.rate.burstMs - 1;
  }
}
