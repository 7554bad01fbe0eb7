import { timingSafeEqual } from "node:crypto";
import type { BusFrame } from "../bus/bus-frame.ts";
import { List, type Place } from "../list.ts";
import { type SessionChange, type SessionState, UNPROVEN } from "../sessions/session-state.ts";
import { Users } from "../sessions/users.ts";
import { changedTags, NO_TAGS, type Tags } from "../tags/tags.ts";
import { Expiry } from "./expiry.ts";

/** The process that a session's connection lives in, as far as sessions are concerned. */
export interface SessionHolder {
  /** The session goes on with a connection of another process. */
  moved(session: string, connection: string): void;
  /** A call in another process, which it came from, has said so. */
  changed(session: string, change: SessionChange): void;
  /** The session is over, and so is its connection, with this close code. */
  ended(session: string, connection: string, code: number): void;
  /** Passes on what all connections of a user are to be told. @returns false where too much waits for the process */
  tellUser(frame: BusFrame): boolean;
}

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
}

/** Sessions without a connection that are kept at most; beyond, those that have been away longest end. */
const MOST_AWAY = 100_000;
/** Channels that all of those may be subscribed to: a client's choice, and most of what a session can cost. */
const MOST_CHANNELS = 1_000_000;

interface Stored {
  readonly id: string;
  /** Undefined where nobody can go on with it. */
  readonly secret: string | undefined;
  user: string | undefined;
  proven: boolean;
  tags: Tags;
  /** Made with the first one. */
  channels: Set<string> | undefined;
  /** Where its connection is; undefined while it has none. */
  holder: SessionHolder | undefined;
  connection: string;
  /** The highest that was said. */
  turn: number;
  leftAt: number;
  /** Its place among those that are away, if it is. */
  away: Place<Stored> | undefined;
}

/**
 * All sessions of this host. They outlive connections, which end whenever a network blinks, and socket workers, which may
 * be killed at any moment; so the primary keeps them. What comes from a worker is believed: it is one of our own.
 */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #sessions = new Map<string, Stored>();
  readonly #users = new Users<Stored>();
  readonly #held = new Map<SessionHolder, Set<Stored>>();
  /** Those without a connection, the one that has been away longest first. */
  readonly #away = new List<Stored>();
  #awayCount = 0;
  /** Channels that these are subscribed to. */
  #awayChannels = 0;
  readonly #expiry: Expiry<Stored>;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#expiry = new Expiry(
      this.#away,
      options.windowMs,
      ({ leftAt }) => leftAt,
      (session) => this.#end(session),
    );
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** How many of them have no connection now. */
  get away(): number {
    return this.#awayCount;
  }

  /** A new session. @param secret what its client has to know to go on with it; without one, nobody can */
  open(id: string, connection: string, secret: string | undefined, holder: SessionHolder): void {
    const session: Stored = {
      id,
      secret,
      user: undefined,
      proven: false,
      tags: NO_TAGS,
      channels: undefined,
      holder: undefined,
      connection,
      turn: -1,
      leftAt: 0,
      away: undefined,
    };
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
    if (session?.secret === undefined || !isSame(session.secret, secret)) return undefined;
    if (session.proven && asked.user !== session.user) return asked.user === undefined ? UNPROVEN : undefined;
    if (turn !== undefined) {
      if (turn <= session.turn) return "outrun";
      session.turn = turn;
    }
    const { holder: before, connection: old } = session;
    this.#release(session);
    this.#hold(session, connection, holder);
    if (before !== undefined && before !== holder) before.moved(id, old);
    const { user, proven, tags, channels } = session;
    return { user, proven, tags, channels: channels === undefined ? [] : [...channels] };
  }

  /** Its connection is gone. Nothing where it has another one by now. */
  left(id: string, connection: string): void {
    const session = this.#sessions.get(id);
    if (session?.connection === connection && session.holder !== undefined) this.#leave(session);
  }

  /** Its user or its tags are others now. @param from the process that says so */
  changed(id: string, change: SessionChange, from: SessionHolder): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    const { user, proven = false, tags } = change;
    if (user !== undefined) {
      this.#users.delete(session.user, session);
      session.user = user ?? undefined;
      session.proven = proven;
      this.#users.add(session.user, session);
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
    if (session.away !== undefined) this.#awayChannels++;
  }

  unsubscribed(id: string, channel: string): void {
    const session = this.#sessions.get(id);
    if (session?.channels?.delete(channel) === true && session.away !== undefined) this.#awayChannels--;
  }

  /** A process is gone, and all connections in it. */
  holderGone(holder: SessionHolder): void {
    for (const session of this.#held.get(holder) ?? []) this.#leave(session);
    this.#held.delete(holder);
  }

  /** Sessions of a user, with a connection or without. */
  ofUser(user: string): Iterable<Pick<Stored, "id" | "holder" | "connection">> {
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
    this.#expiry.stop();
  }

  #hold(session: Stored, connection: string, holder: SessionHolder): void {
    session.holder = holder;
    session.connection = connection;
    const held = this.#held.get(holder);
    if (held === undefined) this.#held.set(holder, new Set([session]));
    else held.add(session);
  }

  #release(session: Stored): void {
    if (session.holder !== undefined) this.#held.get(session.holder)?.delete(session);
    session.holder = undefined;
    this.#back(session);
  }

  /** It is no longer one of those that are away. */
  #back(session: Stored): void {
    if (session.away === undefined) return;
    this.#away.remove(session.away);
    session.away = undefined;
    this.#awayCount--;
    this.#awayChannels -= session.channels?.size ?? 0;
  }

  #leave(session: Stored): void {
    this.#release(session);
    if (session.secret === undefined || this.#options.windowMs === 0) {
      this.#end(session);
      return;
    }
    session.leftAt = performance.now();
    session.away = this.#away.append(session);
    this.#awayCount++;
    this.#awayChannels += session.channels?.size ?? 0;
    while (this.#awayCount > MOST_AWAY || this.#awayChannels > MOST_CHANNELS) {
      const longest = this.#away.first?.value;
      if (longest === undefined) break;
      this.#end(longest);
    }
    this.#expiry.start();
  }

  #end(session: Stored): void {
    this.#back(session);
    this.#users.delete(session.user, session);
    this.#sessions.delete(session.id);
    this.#options.ended(session.id);
  }
}

/** Compares in a time that tells nothing of where two secrets differ. */
function isSame(secret: string, given: string): boolean {
  const [one, other] = [Buffer.from(secret), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
