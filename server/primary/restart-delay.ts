/** A process that lived for less, in milliseconds, died at once. */
const AT_ONCE_MS = 5_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * How long to wait before a process is replaced: not at all as a rule, and ever longer while its successors die
 * at once again and again.
 */
export class RestartDelay {
  #deathsAtOnce = 0;

  /**
   * Has a process replaced after {@link next}; a server that ends meanwhile need not wait for it.
   * @returns when that is, for people
   */
  schedule(livedMs: number, replace: () => void): string {
    const delay = this.next(livedMs);
    setTimeout(replace, delay).unref();
    return delay === 0 ? "at once" : `in ${delay} ms`;
  }

  /** @param livedMs how long the process lived, in milliseconds @returns milliseconds to wait */
  next(livedMs: number): number {
    if (livedMs >= AT_ONCE_MS) {
      this.#deathsAtOnce = 0;
      return 0;
    }
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#deathsAtOnce++);
  }
}
