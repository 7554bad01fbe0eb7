/** Numbers by chance that are the same again for the same seed. Not for secrets. */
export class Random {
  /** What it was made of: the same text gives the same numbers. */
  #seed;
  #state;

  /** @param seed any text */
  constructor(seed) {
    this.#seed = seed;
    // FNV-1a: seeds that are alike must not begin alike
    this.#state = 0x811c9dc5;
    for (const character of seed) {
      this.#state = Math.imul(this.#state ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    for (let warmUp = 0; warmUp < 8; warmUp++) this.next();
  }

  /** One of its own for each part of a run: what one part draws changes nothing for the others. */
  named(name) {
    return new Random(`${this.#seed}/${name}`);
  }

  /** From 0 to less than 1: mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  bytes(length) {
    return Buffer.from(Array.from({ length }, () => this.between(0, 255)));
  }
}
