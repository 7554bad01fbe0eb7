import type { SharedEntry } from "./shared-entry.ts";

/** The keys that this host has something to do with now, by session and key. */
export class SharedEntries {
  readonly #sessions = new Map<string, Map<string, SharedEntry>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(session: string, key: string): SharedEntry | undefined {
    return this.#sessions.get(session)?.get(key);
  }

  /** Those of a session. */
  of(session: string): SharedEntry[] {
    return [...(this.#sessions.get(session)?.values() ?? [])];
  }

  add(entry: SharedEntry): void {
    const { session, key } = entry;
    const entries = this.#sessions.get(session);
    if (entries === undefined) this.#sessions.set(session, new Map([[key, entry]]));
    else entries.set(key, entry);
    this.#size++;
  }

  /** Nothing where another one has taken its place. */
  delete(entry: SharedEntry): void {
    const { session, key } = entry;
    const entries = this.#sessions.get(session);
    if (entries?.get(key) !== entry) return;
    entries.delete(key);
    this.#size--;
    if (entries.size === 0) this.#sessions.delete(session);
  }

  *[Symbol.iterator](): Generator<SharedEntry> {
    for (const entries of this.#sessions.values()) yield* entries.values();
  }
}
