interface Seen {
  highest: number;
  /** Numbers below the highest that have not come, from and to. */
  missing: readonly (readonly [number, number])[];
}

/** Of how many connections it is remembered what has come. */
const MAX_CONNECTIONS = 100_000;
/** Of one connection, how many holes. */
const MAX_HOLES = 32;

/**
 * Finds duplicates by the numbers that the events of a connection have. It never takes one for a duplicate that has not come
 * yet, however late it is: what another consumer had and did not finish comes late.
 */
export class SeenEvents {
  readonly #max: number;
  readonly #seen = new Map<string, Seen>();

  /** @param maxConnections beyond, those are forgotten of which nothing has come for longest */
  constructor(maxConnections: number = MAX_CONNECTIONS) {
    this.#max = maxConnections;
  }

  /** @returns whether it comes for the first time, and marks it as come */
  first(connection: string, seq: number): boolean {
    const seen = this.#seen.get(connection) ?? { highest: 0, missing: [] };
    // in the order in which something came
    this.#seen.delete(connection);
    this.#seen.set(connection, seen);
    if (this.#seen.size > this.#max) {
      const [oldest = ""] = this.#seen.keys();
      this.#seen.delete(oldest);
    }
    if (seq > seen.highest) {
      if (seq > seen.highest + 1) this.#addHole(seen, seen.highest + 1, seq - 1);
      seen.highest = seq;
      return true;
    }
    const hole = seen.missing.find(([from, to]) => seq >= from && seq <= to);
    if (hole === undefined) return false;
    const [from, to] = hole;
    seen.missing = seen.missing.filter((other) => other !== hole);
    if (from < seq) this.#addHole(seen, from, seq - 1);
    if (seq < to) this.#addHole(seen, seq + 1, to);
    return true;
  }

  /** It was not handled: the next time it comes is the first time. */
  takeBack(connection: string, seq: number): void {
    const seen = this.#seen.get(connection);
    if (seen !== undefined) this.#addHole(seen, seq, seq);
  }

  #addHole(seen: Seen, from: number, to: number): void {
    seen.missing = [...seen.missing, [from, to] as const].slice(-MAX_HOLES);
  }
}
