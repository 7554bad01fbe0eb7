import type { Deflate } from "../../shared/deflate.ts";

/** Inflates for all connections of a socket worker, no further than so many times, and knows how much came of it. */
export class MeteredInflate implements Deflate {
  readonly #deflate: Deflate;
  readonly #maxRatio: number;
  #more = 0;

  /** @param maxRatio how many times as long as it came a message may become */
  constructor(deflate: Deflate, maxRatio: number) {
    this.#deflate = deflate;
    this.#maxRatio = maxRatio;
  }

  deflate(bytes: Uint8Array): Uint8Array {
    return this.#deflate.deflate(bytes);
  }

  inflate(bytes: Uint8Array, maxLength: number): Uint8Array {
    const inflated = this.#deflate.inflate(bytes, Math.min(maxLength, bytes.length * this.#maxRatio));
    this.#more += Math.max(0, inflated.length - bytes.length);
    return inflated;
  }

  /** Bytes that came out beyond those that went in, since the last time this was asked. */
  readonly taken = (): number => {
    const more = this.#more;
    this.#more = 0;
    return more;
  };
}
