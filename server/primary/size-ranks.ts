import { List, type Place } from "../list.ts";

/** Something that has a size, and remembers where it stands among its like. Begins as `{ rank: 0, ranked: undefined }`. */
export interface Ranked<Value> {
  rank: number;
  ranked: Place<Value> | undefined;
}

/**
 * Finds one of the largest, give or take a factor of two: sizes count by the power of two that they reach. A real order
 * would have to be kept at every change of a size; this costs next to nothing, however many there are.
 */
export class SizeRanks<Value extends Ranked<Value>> {
  /** By rank, those that have been in it longest first. Rank 0 is for what has no size, and is not kept. */
  readonly #ranks: List<Value>[] = [];

  /** One of the largest; undefined where nothing has a size. */
  get largest(): Value | undefined {
    for (let rank = this.#ranks.length - 1; rank > 0; rank--) {
      const first = this.#ranks[rank]?.first;
      if (first !== undefined) return first.value;
    }
    return undefined;
  }

  /** Says how large one is now, in whatever unit; 0 to let go of it. */
  resize(value: Value, size: number): void {
    const rank = size > 0 ? 1 + Math.floor(Math.log2(size)) : 0;
    if (rank === value.rank) return;
    if (value.ranked !== undefined) this.#ranks[value.rank]?.remove(value.ranked);
    value.rank = rank;
    value.ranked = rank === 0 ? undefined : this.#list(rank).append(value);
  }

  #list(rank: number): List<Value> {
    // without holes, which would make the array a slow one
    while (this.#ranks.length <= rank) this.#ranks.push(new List());
    return this.#ranks[rank] as List<Value>;
  }
}
