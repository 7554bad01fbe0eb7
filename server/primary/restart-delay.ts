/** A socket worker that lived for less, in milliseconds, died at once. */
const AT_ONCE_MS = 5_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * How long to wait before a socket worker is replaced: not at all as a rule, and ever longer while its successors die
 * at once again and again.
 */
export class RestartDelay {
  #deathsAtOnce = 0;

  /** @param livedMs how long the worker lived, in milliseconds @returns milliseconds to wait */
  next(livedMs: number): number {
    if (livedMs >= AT_ONCE_MS) {
      this.#deathsAtOnce = 0;
      return 0;
    }
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#deathsAtOnce++);
  }
}
