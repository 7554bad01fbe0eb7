import type { Stats } from "../../dashboard/stats.ts";

/** Seconds that charts show. */
export const WINDOW = 180;
/** After a silence of so many seconds a line is interrupted: nobody knows what was in between. */
const GAP = 3.5;
const SECOND_MS = 1_000;

/** What was heard in the last minutes, in order, each second once. */
export class StatsHistory {
  #all: Stats[] = [];

  get last(): Stats | undefined {
    return this.#all.at(-1);
  }

  /** Adds what may be known already, and forgets what is too old. */
  add(...stats: readonly Stats[]): void {
    const known = new Map(this.#all.map((one) => [one.at, one]));
    for (const one of stats) known.set(one.at, one);
    const all = [...known.values()].sort((one, other) => one.at - other.at);
    const newest = all.at(-1)?.at ?? 0;
    this.#all = all.filter(({ at }) => newest - at <= WINDOW * SECOND_MS);
  }

  /** Forgets all: what comes is of another server. */
  clear(): void {
    this.#all = [];
  }

  /** Times in seconds, and rows of what `read` makes of each moment; null where nothing is known. */
  rows(read: readonly ((stats: Stats) => number | undefined)[]): (number | null)[][] {
    const rows: (number | null)[][] = [[], ...read.map(() => [])];
    let before: number | undefined;
    for (const stats of this.#all) {
      const at = stats.at / SECOND_MS;
      if (before !== undefined && at - before > GAP) {
        rows[0]?.push((before + at) / 2);
        for (const [index] of read.entries()) rows[index + 1]?.push(null);
      }
      before = at;
      rows[0]?.push(at);
      for (const [index, of] of read.entries()) rows[index + 1]?.push(of(stats) ?? null);
    }
    return rows;
  }
}
