import type { SessionChange } from "../../sessions/session-state.ts";

/** Sessions of other hosts of which changes are kept, at most. */
const MOST = 10_000;

/** Changes of sessions which could not be told: until they can, each session's as one. */
export class UnsaidChanges {
  readonly #changes = new Map<string, SessionChange>();

  /**
   * @param here whether this host has the session: of those there are so many as it has room for
   * @returns whether it is kept: not where too many are
   */
  keep(id: string, change: SessionChange, here: boolean): boolean {
    if (!here && this.#changes.size >= MOST && !this.#changes.has(id)) return false;
    this.#changes.set(id, this.take(id, change));
    return true;
  }

  /** What has been kept of a session, which it is no more, and then another change. */
  take(id: string, change: SessionChange = {}): SessionChange {
    const before = this.#changes.get(id);
    if (before === undefined) return change;
    this.#changes.delete(id);
    // a user is proven or not by the change that names them
    const { user, proven } = change.user === undefined ? before : change;
    const tags = { ...before.tags, ...change.tags };
    return { ...(user === undefined ? undefined : { user, proven: proven === true }), tags };
  }

  has(id: string): boolean {
    return this.#changes.has(id);
  }
}
