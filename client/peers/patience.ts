/** Nobody looks at a page whose timers come as late as this, in milliseconds; later, and it slept. */
const LONGEST_LOOK_MS = 65_000;

/** Counts down while somebody is there to wait: what the machine slept is no time in which anything could have happened. */
export class Patience {
  #leftMs: number;
  #lookedAt = performance.now();

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  /** Begins anew. */
  renew(ms: number): void {
    this.#leftMs = ms;
  }

  /** To be asked regularly. @returns whether it has run out */
  look(): boolean {
    const now = performance.now();
    const passedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (passedMs < LONGEST_LOOK_MS) this.#leftMs -= passedMs;
    return this.#leftMs <= 0;
  }
}
