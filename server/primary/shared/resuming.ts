import { type SessionChange, type SessionState, UNPROVEN } from "../../sessions/session-state.ts";
import type { SessionStore } from "../session-store.ts";

/** As of {@link SessionStore.resume}: what a connection goes on with, or why not. */
export type Resumed = ReturnType<SessionStore["resume"]>;

/** Why a connection cannot go on with a session, by the word that Redis has for it. */
export const REFUSALS = new Map<string, Exclude<Resumed, SessionState>>([
  ["wrong", undefined],
  ["unproven", UNPROVEN],
  ["outrun", "outrun"],
  // it has been given to another one meanwhile
  ["resumed", "outrun"],
]);

/** What comes of a session while Redis is asked whether connections may go on with it: either may arrive first. */
interface Arrivals {
  /** Questions that wait for an answer. */
  count: number;
  /** Connections that the session has left again. */
  readonly moved: Set<string>;
  /** Each with its number. */
  readonly changes: [number: number, change: SessionChange][];
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

  changed(id: string, number: number, change: SessionChange): void {
    this.#sessions.get(id)?.changes.push([number, change]);
  }

  ended(id: string, code: number): void {
    const arrivals = this.#sessions.get(id);
    if (arrivals !== undefined) arrivals.code = code;
  }
}
