/** Lets through so many in a second on average, and more at once after a pause. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #size: number;
  #tokens: number;
  #at = performance.now();

  /** @param size how many at once */
  constructor(perSecond: number, size: number) {
    this.#perMs = perSecond / 1_000;
    this.#size = size;
    this.#tokens = size;
  }

  /** Takes one. @returns 0, or where there is none, after how many milliseconds there will be */
  take(): number {
    const now = performance.now();
    this.#tokens = Math.min(this.#size, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens--;
    return 0;
  }
}
