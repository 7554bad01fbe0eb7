import type { SessionChange } from "../../sessions/session-state.ts";

/** What comes of a session while Redis is asked whether connections may go on with it: either may arrive first. */
interface Arrivals {
  /** Questions that wait for an answer. */
  count: number;
  /** Connections that the session has left again. */
  readonly moved: Set<string>;
  readonly changes: SessionChange[];
  code: number | undefined;
}

/** Sessions that connections of this host want to go on with, until it is known whether they may. */
export class Resuming {
  readonly #sessions = new Map<string, Arrivals>();

  begin(id: string): void {
    const arrivals = this.#sessions.get(id);
    if (arrivals !== undefined) arrivals.count++;
    else this.#sessions.set(id, { count: 1, moved: new Set(), changes: [], code: undefined });
  }

  /** What has come until now. To be asked once for each that has begun. */
  end(id: string): Omit<Arrivals, "count"> | undefined {
    const arrivals = this.#sessions.get(id);
    if (arrivals === undefined) return undefined;
    arrivals.count--;
    if (arrivals.count === 0) this.#sessions.delete(id);
    return arrivals;
  }

  moved(id: string, connection: string): void {
    this.#sessions.get(id)?.moved.add(connection);
  }

  changed(id: string, change: SessionChange): void {
    this.#sessions.get(id)?.changes.push(change);
  }

  ended(id: string, code: number): void {
    const arrivals = this.#sessions.get(id);
    if (arrivals !== undefined) arrivals.code = code;
  }
}
