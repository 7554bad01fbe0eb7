import type { Identity } from "../auth/credentials.ts";
import { checkName } from "../check-name.ts";
import { changedTags, type SessionChange, type SessionState } from "./session-state.ts";

/** Tags of one session, and characters of one of them, at most. */
const MOST_TAGS = 100;

/** Told of what a session's connections to come have to know. */
export interface SessionListener {
  changed(session: Session, change: SessionChange): void;
  /** It is another user's than before. */
  userChanged(session: Session, before: string | undefined): void;
}

/**
 * Who a client is, beyond one connection: the session goes on where its client comes back with its secret, on whatever
 * socket worker, and so do its user and its tags.
 */
export class Session {
  readonly id: string;
  /** Whether its client can come back to it; not where it never said HELLO. What it has to know for that, the primary knows. */
  readonly lasting: boolean;
  readonly #listener: SessionListener;
  #user: string | undefined;
  #proven = false;
  #tags: Readonly<Record<string, string>>;

  /** @internal */
  constructor(
    id: string,
    lasting: boolean,
    listener: SessionListener,
    { user, tags = {}, proven = false }: Partial<Pick<SessionState, "user" | "tags" | "proven">> = {},
  ) {
    this.id = id;
    this.lasting = lasting;
    this.#listener = listener;
    this.#user = user;
    this.#tags = tags;
    this.#proven = proven;
  }

  /** Whose session it is; undefined while nobody has said so. */
  get user(): string | undefined {
    return this.#user;
  }

  /**
   * Whether the client has proven to be that user, by a token or to the application's `authenticate`: it has to go on doing
   * so then. Not where a procedure has called `setUser`.
   */
  get proven(): boolean {
    return this.#proven;
  }

  /** What an application wants to remember it by. */
  get tags(): Readonly<Record<string, string>> {
    return this.#tags;
  }

  /**
   * Says whose session it is, as a login does; undefined for nobody's.
   * @throws RangeError where that is empty, or longer than 255 characters
   */
  setUser(user: string | undefined): void {
    if (user !== undefined) checkName(user, "A user");
    this.#change({ user: user ?? null });
  }

  /** @internal Its client has proven who it is. Where the application has said that by itself, its word stands. */
  prove({ user, tags }: Identity): void {
    if (this.#user !== user && (this.#user === undefined || this.#proven)) this.#change({ user, proven: true });
    if (tags !== undefined) this.setTags(tags);
  }

  /**
   * Sets tags, and deletes those given as undefined; others stay as they are.
   * @throws RangeError where a name or a value is longer than 255 characters, a name is `__proto__`, or there are more
   * than 100 tags then
   * @example context.session.setTags({ room: "5", table: undefined });
   */
  setTags(changes: Readonly<Record<string, string | undefined>>): void {
    const tags = new Map<string, string | null>();
    for (const [name, value] of Object.entries(changes)) {
      checkName(name, "A tag's name");
      // on its way to the primary it would become another one
      if (name === "__proto__") throw new RangeError("A tag's name cannot be __proto__.");
      tags.set(name, value === undefined ? null : checkName(value, "A tag", 0));
    }
    const change = Object.fromEntries(tags);
    const count = Object.keys(changedTags(this.#tags, change)).length;
    if (count > MOST_TAGS) throw new RangeError(`A session may have ${MOST_TAGS} tags.`);
    this.#change({ tags: change });
  }

  /** @internal Takes over what was said of it elsewhere. */
  apply({ user, proven = false, tags }: SessionChange): void {
    if (user !== undefined) {
      const before = this.#user;
      this.#user = user ?? undefined;
      this.#proven = proven;
      this.#listener.userChanged(this, before);
    }
    if (tags !== undefined) this.#tags = changedTags(this.#tags, tags);
  }

  #change(change: SessionChange): void {
    this.apply(change);
    this.#listener.changed(this, change);
  }
}
