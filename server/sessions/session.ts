import type { Identity } from "../auth/credentials.ts";
import { checkName } from "../check-name.ts";
import { changedTags, checkTagCount, checkTags, NO_TAGS, type Tags } from "../tags/tags.ts";
import type { SessionChange, SessionState } from "./session-state.ts";

/** Told of what a session's connections to come have to know. */
export interface SessionListener {
  changed(session: Session, change: SessionChange): void;
  /** It is another user's than before. */
  userChanged(session: Session, before: string | undefined): void;
  /** It has other tags than before. */
  tagsChanged(session: Session): void;
}

/** What is said of a session whose connection is gone is said to nobody: it has ended with it. */
export const NOBODY: SessionListener = {
  changed: () => undefined,
  userChanged: () => undefined,
  tagsChanged: () => undefined,
};

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
  #tags: Tags;

  /** @internal */
  constructor(
    id: string,
    lasting: boolean,
    listener: SessionListener,
    { user, tags = NO_TAGS, proven = false }: Partial<Pick<SessionState, "user" | "tags" | "proven">> = {},
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
  get tags(): Tags {
    return this.#tags;
  }

  /**
   * Says whose session it is, as a login does; undefined for nobody's.
   * @throws RangeError where that is empty, or longer than 255 characters
   */
  setUser(user: string | undefined): void {
    if (user !== undefined) checkName(user, "A user");
    makeChange(this, this.#listener, { user: user ?? null });
  }

  /** @internal Its client has proven who it is. Where the application has said that by itself, its word stands. */
  prove({ user, tags }: Identity): void {
    if (this.#user !== user && (this.#user === undefined || this.#proven))
      makeChange(this, this.#listener, { user, proven: true });
    if (tags !== undefined) this.setTags(tags);
  }

  /**
   * Sets tags, and deletes those given as undefined or null; others stay as they are.
   * @throws RangeError where a name or a value is longer than 255 characters, a name is `__proto__` or one of a tag that
   * every connection has, or there are more than 100 tags then
   * @example context.session.setTags({ room: "5", table: undefined });
   */
  setTags(changes: Readonly<Record<string, string | null | undefined>>): void {
    const change = checkTags(changes);
    checkTagCount(changedTags(this.#tags, change));
    makeChange(this, this.#listener, { tags: change });
  }

  /** @internal Takes over what was said of it elsewhere. */
  apply({ user, proven = false, tags }: SessionChange): void {
    if (user !== undefined) {
      const before = this.#user;
      this.#user = user ?? undefined;
      this.#proven = proven;
      this.#listener.userChanged(this, before);
    }
    if (tags !== undefined) {
      this.#tags = changedTags(this.#tags, tags);
      this.#listener.tagsChanged(this);
    }
  }
}

/** Makes a change, and tells of it. No private method: the right to call one takes a word of each session. */
function makeChange(session: Session, listener: SessionListener, change: SessionChange): void {
  session.apply(change);
  listener.changed(session, change);
}
