import { countersOf, mergeSnapshots, type Snapshot } from "./snapshot.ts";

/** What a process is known by: whatever is the same each time, and no other's. */
export type ProcessKey = number | string | object;

/**
 * Adds up what processes tell, so that no total ever falls: what a process that is gone had counted when it last said so
 * counts on, and so does that of one which is silent. What it counted after that is lost with it.
 */
export class Ledger {
  readonly #last = new Map<ProcessKey, Snapshot>();
  #gone: Snapshot = {};

  /**
   * @param living all processes there are, whether they have said anything or not
   * @param told what those have said that did
   */
  total(living: Iterable<ProcessKey>, told: ReadonlyMap<ProcessKey, Snapshot>): Snapshot {
    const here = new Set([...living, ...told.keys()]);
    const silent: Snapshot[] = [];
    const gone: Snapshot[] = [];
    for (const [key, snapshot] of this.#last) {
      if (told.has(key)) continue;
      if (here.has(key)) silent.push(snapshot);
      else {
        gone.push(snapshot);
        this.#last.delete(key);
      }
    }
    if (gone.length > 0) this.#gone = mergeSnapshots([this.#gone, ...gone]);
    // of its sizes nothing is known any more
    for (const [key, snapshot] of told) this.#last.set(key, countersOf(snapshot));
    return mergeSnapshots([this.#gone, ...silent, ...told.values()]);
  }
}
