import { type SessionChange, type SessionState, UNPROVEN } from "../sessions/session-state.ts";
import { Users } from "../sessions/users.ts";
import { changedTags } from "../tags/tags.ts";
import { AwaySessions } from "./away-sessions.ts";
import type { SessionHolder } from "./session-holder.ts";
import { digestOf, isSecretOf, newSession, type StoredSession } from "./stored-session.ts";

/** A connection that wants to go on with a session. */
export interface Resumption {
  readonly id: string;
  readonly connection: string;
  readonly secret: string;
  /** Which of its client's connections it is; undefined where the client does not say. */
  readonly turn?: number | undefined;
  /** Who its client has proven to be. */
  readonly user?: string | undefined;
}

export interface SessionStoreOptions {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly windowMs: number;
  /** A session is over, and whatever is kept for it may go. */
  ended(session: string): void;
  /** A session has no connection any more, but may get another. @default nobody is told */
  readonly left?: ((session: StoredSession) => void) | undefined;
}

/** What is known of a session that this host has not had, or has had before. */
export interface SessionElsewhere extends SessionState {
  readonly turn: number;
  /** How often it was changed by hosts that did not have it. */
  readonly changes: number;
}

/**
 * All sessions of this host. They outlive connections, which end whenever a network blinks, and socket workers, which may
 * be killed at any moment; so the primary keeps them. What comes from a worker is believed: it is one of our own.
 */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #sessions = new Map<string, StoredSession>();
  readonly #users = new Users<StoredSession>();
  readonly #away: AwaySessions;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#away = new AwaySessions(options.windowMs, (session) => this.#end(session));
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many of them have no connection now. */
  get away(): number {
    return this.#away.count;
  }

  /** A new session. @param secret what its client has to know to go on with it; without one, nobody can */
  open(id: string, connection: string, secret: string | undefined, holder: SessionHolder): void {
    const session = newSession(id, connection, secret === undefined ? undefined : digestOf(secret));
    this.#sessions.set(id, session);
    this.#hold(session, connection, holder);
  }

  /**
   * Goes on with a session on another connection; one that it has already, in another process, is told.
   * @returns undefined where there is no such session, the secret is another one, or it is of another user than its client
   * has proven to be; "unproven" where that has to be proven and was not; "outrun" where its client has had a later
   * connection, so that this one was held up on its way, and must not take the session from the living one
   */
  resume(asked: Resumption, holder: SessionHolder): SessionState | "outrun" | typeof UNPROVEN | undefined {
    const { id, connection, secret, turn } = asked;
    const session = this.#sessions.get(id);
    if (session === undefined || !isSecretOf(session, secret)) return undefined;
    if (session.proven && asked.user !== session.user) return asked.user === undefined ? UNPROVEN : undefined;
    if (turn !== undefined) {
      if (turn <= session.turn) return "outrun";
      session.turn = turn;
    }
    this.#move(session, connection, holder);
    const { user, proven, tags, channels } = session;
    return { user, proven, tags, channels: channels === undefined ? [] : [...channels] };
  }

  /** Goes on with a session of which it is known elsewhere that it may, and how it stands. */
  adopt({ id, connection, secret }: Resumption, state: SessionElsewhere, holder: SessionHolder): void {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = newSession(id, connection, digestOf(secret));
      this.#sessions.set(id, session);
    }
    this.#move(session, connection, holder);
    this.#setUser(session, state.user, state.proven);
    session.tags = state.tags;
    session.channels = new Set(state.channels);
    session.turn = state.turn;
    session.heard = state.changes;
  }

  /** It goes on at another host, where it has not got a later connection here since. */
  drop(id: string, connection: string): void {
    const session = this.#sessions.get(id);
    if (session?.connection !== connection) return;
    const { holder } = session;
    this.#release(session);
    this.#forget(session);
    holder?.moved(id, connection);
  }

  get(id: string): Readonly<StoredSession> | undefined {
    return this.#sessions.get(id);
  }

  /** It was written for other hosts, as one of so many times that all are. */
  written(id: string, times: number): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.written = times;
  }

  /** All that other hosts have changed of it is known, up to this change. */
  heard(id: string, change: number): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.heard = change;
  }

  /** All there are. */
  values(): Iterator<StoredSession> {
    return this.#sessions.values();
  }

  /** Its connection is gone. Nothing where it has another one by now. */
  left(id: string, connection: string): void {
    const session = this.#sessions.get(id);
    if (session?.connection === connection && session.holder !== undefined) this.#leave(session);
  }

  /** Its user or its tags are others now. @param from the process that says so; undefined where that is at another host */
  changed(id: string, change: SessionChange, from: SessionHolder | undefined): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    const { user, proven = false, tags } = change;
    if (user !== undefined) {
      this.#setUser(session, user ?? undefined, proven);
    }
    if (tags !== undefined) session.tags = changedTags(session.tags, tags);
    if (session.holder !== from) session.holder?.changed(id, change);
  }

  subscribed(id: string, channel: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.channels ??= new Set();
    if (session.channels.has(channel)) return;
    session.channels.add(channel);
    this.#away.channelsChanged(session, 1);
  }

  unsubscribed(id: string, channel: string): void {
    const session = this.#sessions.get(id);
    if (session?.channels?.delete(channel) === true) this.#away.channelsChanged(session, -1);
  }

  /** A process is gone, and all connections in it. */
  holderGone(holder: SessionHolder): void {
    // looked for among all: that seldom happens, and a list for each process would cost every session
    for (const session of this.#sessions.values()) if (session.holder === holder) this.#leave(session);
  }

  /** Sessions of a user, with a connection or without. */
  ofUser(user: string): Iterable<Pick<StoredSession, "id" | "holder" | "connection">> {
    return this.#users.of(user);
  }

  /**
   * Ends a session, and its connection with this close code. Nobody can go on with it, or get the answers that are kept for it.
   * @returns whether there is such a session
   */
  end(id: string, code: number): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    const { holder, connection } = session;
    this.#release(session);
    this.#end(session);
    holder?.ended(id, connection, code);
    return true;
  }

  close(): void {
    this.#away.close();
  }

  #hold(session: StoredSession, connection: string, holder: SessionHolder): void {
    session.holder = holder;
    session.connection = connection;
  }

  #release(session: StoredSession): void {
    session.holder = undefined;
    this.#away.delete(session);
  }

  #move(session: StoredSession, connection: string, holder: SessionHolder): void {
    const { id, holder: before, connection: old } = session;
    this.#release(session);
    this.#hold(session, connection, holder);
    if (before !== undefined && before !== holder) before.moved(id, old);
  }

  #setUser(session: StoredSession, user: string | undefined, proven: boolean): void {
    this.#users.delete(session.user, session);
    session.user = user;
    session.proven = proven;
    this.#users.add(user, session);
  }

  #leave(session: StoredSession): void {
    this.#release(session);
    if (session.digest === undefined || this.#options.windowMs === 0) {
      this.#end(session);
      return;
    }
    this.#away.add(session);
    this.#options.left?.(session);
  }

  #end(session: StoredSession): void {
    this.#forget(session);
    this.#options.ended(session.id);
  }

  #forget(session: StoredSession): void {
    this.#away.delete(session);
    this.#users.delete(session.user, session);
    this.#sessions.delete(session.id);
  }
}
