/** Milliseconds of the dot's way to the other side and back. */
const WAY_MS = 2_400;

/** Moves a dot to and fro, by the page's own hand, and knows for how long it last stood still. */
export class Pulse {
  readonly #dot: HTMLElement;
  readonly #still: boolean;
  #last = performance.now();
  #longest = 0;

  /** @param still whether the dot is to stay where it is, as for people who asked for less motion */
  constructor(dot: HTMLElement, still: boolean) {
    this.#dot = dot;
    this.#still = still;
    const beat = (now: number) => {
      this.#longest = Math.max(this.#longest, now - this.#last);
      this.#last = now;
      if (!this.#still) this.#dot.style.left = `${50 - 50 * Math.cos((now / WAY_MS) * 2 * Math.PI)}%`;
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  }

  /** Forgets how long it stood still before. */
  reset(): void {
    this.#longest = 0;
    this.#last = performance.now();
  }

  /** The longest time between two of its steps since, in milliseconds. */
  async longest(): Promise<number> {
    // the step that ends the last pause is still to come
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return this.#longest;
  }
}
