import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { HelloOptions } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import { randomText } from "../random-text.ts";
import { NO_TAGS } from "../tags/tags.ts";
import { NOBODY, Session } from "./session.ts";
import {
  News,
  NOT_NOW,
  type SessionAnswer,
  type SessionChange,
  type SessionEnd,
  type SessionNews,
  UNPROVEN,
} from "./session-state.ts";
import type { SessionsListener } from "./sessions-listener.ts";
import { Users } from "./users.ts";

/** Bytes of randomness in a session's id and in its secret. */
const ID_BYTES = 16;
const SECRET_BYTES = 24;

/** A session that goes on, and the channels it was subscribed to. */
export interface Resumed {
  readonly session: Session;
  readonly channels: readonly string[];
}

/** What a client says of the session that it wants to go on with. */
export type Resumption = NonNullable<HelloOptions["resume"]>;

/** The sessions of one socket worker's connections. All there is to know of them is known to the primary as well. */
export class Sessions {
  /** What a client is about to hear of leaves at once: it may then come back to another process, or this one die. */
  readonly #uplink: Uplink;
  readonly #pack: Pack;
  /** Whose session it is now, by the session's id. */
  readonly #connections = new Map<string, Connection>();
  readonly #users = new Users<Connection>();
  readonly #listener: SessionsListener;

  constructor(uplink: Uplink, pack: Pack, listener: SessionsListener) {
    this.#uplink = uplink;
    this.#pack = pack;
    this.#listener = listener;
  }

  /** Gives a connection a new session that its client can come back to. @returns what it has to know for that */
  open(connection: Connection): string {
    const secret = randomText(SECRET_BYTES);
    connection.initialTags = connection.tags; // it may have been tagged before its client said HELLO
    this.#discard(connection);
    this.#create(connection, secret);
    this.#uplink.flush();
    return secret;
  }

  /** The session of a connection whose client never asked for one: it ends with the connection. */
  of(connection: Connection): Session {
    if (connection.session !== undefined) return connection.session;
    if (connection.open && !connection.internal) return this.#create(connection, undefined);
    // the primary would never hear of its end
    const { identity, initialTags: tags } = connection;
    connection.session = new Session(randomText(ID_BYTES), false, NOBODY, { user: identity?.user, tags });
    return connection.session;
  }

  /**
   * Goes on with a session. `done` gets undefined where there is none of this id and secret, or it is another user's, and
   * an error where that is not to be known, or not to be had, now: `UNAUTHENTICATED` where its client has to prove who it
   * is. It is not called where the connection is gone.
   */
  resume(
    connection: Connection,
    { session: id, secret, turn }: Resumption,
    done: (error: AppError | undefined, resumed: Resumed | undefined) => void,
  ): void {
    const data = this.#pack.pack([
      News.RESUME,
      connection.id,
      secret,
      turn ?? null,
      connection.identity?.user ?? null,
    ] satisfies SessionNews);
    this.#uplink.ask(BusType.SESSION, id, data, (error, frame) => {
      const answer = frame === undefined || frame.data.length === 0 ? undefined : this.#answer(frame);
      if (answer === undefined || answer === NOT_NOW || answer === UNPROVEN) {
        const refusal = answer && new AppError(answer === NOT_NOW ? "UNAVAILABLE" : "UNAUTHENTICATED");
        if (connection.open) done(refusal ?? error, undefined);
        return;
      }
      // as everywhere else, the one it was with has lost it
      this.#end(id);
      if (!connection.open) {
        // nobody comes back to a connection that went while it was asked
        this.#tell(id, [News.LEFT, connection.id]);
        return;
      }
      const [user, tags, channels, proven] = answer;
      this.#discard(connection);
      const session = new Session(id, true, this, { user: user ?? undefined, tags, proven });
      this.#keep(session, connection);
      this.#prove(session, connection);
      done(undefined, { session, channels });
    });
  }

  /** The session goes on in another process: what is left of it here is over. */
  moved({ channel: id, data }: BusFrame): void {
    if (this.#connections.get(id)?.id === data.toString()) this.#end(id);
  }

  /** A connection is gone. */
  left(connection: Connection): void {
    const { session } = connection;
    if (session === undefined) return;
    if (this.#connections.get(session.id) === connection) this.#forget(session.id);
    this.#tell(session.id, [News.LEFT, connection.id]);
  }

  /** @internal */
  changed(session: Session, change: SessionChange): void {
    this.#tell(session.id, [News.CHANGED, change]);
    // a call that outlived its connection may have said so, when the session has gone on with another here
    const connection = this.#connections.get(session.id);
    if (connection?.session !== session) connection?.session?.apply(change);
    this.#tellOfUser(connection, change);
  }

  /** @internal */
  userChanged(session: Session, before: string | undefined): void {
    const connection = this.#connections.get(session.id);
    if (connection === undefined || connection.session !== session) return;
    this.#users.delete(before, connection);
    this.#users.add(session.user, connection);
  }

  /** @internal */
  tagsChanged(session: Session): void {
    const connection = this.#connections.get(session.id);
    if (connection?.session === session) this.#listener.tagsChanged(connection);
  }

  /** The connection here that a session is with now. */
  connectionOf(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** The connections of a user that are here. */
  ofUser(user: string): Iterable<Connection> {
    return this.#users.of(user);
  }

  /** The same, of a session that has gone on here since. */
  changedElsewhere({ channel: id, data }: BusFrame): void {
    const change = this.#pack.unpack(data) as SessionChange;
    const connection = this.#connections.get(id);
    connection?.session?.apply(change);
    this.#tellOfUser(connection, change);
  }

  subscribed({ id, lasting }: Session, channel: string): void {
    if (!lasting) return;
    this.#tell(id, [News.SUBSCRIBED, channel]);
    this.#uplink.flush();
  }

  unsubscribed({ id, lasting }: Session, channel: string): void {
    if (lasting) this.#tell(id, [News.UNSUBSCRIBED, channel]);
  }

  #tellOfUser(connection: Connection | undefined, { user }: SessionChange): void {
    if (connection !== undefined && user !== undefined) this.#listener.userChanged(connection);
  }

  /** A session has been ended, for its client to prove anew who it is, or to stay away. */
  ended({ channel: id, data }: BusFrame): void {
    const [of, code] = this.#pack.unpack(data) as SessionEnd;
    const connection = this.#connections.get(id);
    if (connection?.id !== of) return;
    this.#forget(id);
    connection.close(code, "revoked");
  }

  #keep(session: Session, connection: Connection): void {
    connection.session = session;
    this.#connections.set(session.id, connection);
    this.#users.add(session.user, connection);
    this.#listener.tagsChanged(connection);
  }

  /** @returns its connection until now */
  #forget(id: string): Connection | undefined {
    const connection = this.#connections.get(id);
    this.#connections.delete(id);
    if (connection !== undefined) this.#users.delete(connection.session?.user, connection);
    return connection;
  }

  #end(id: string): void {
    this.#forget(id)?.close(CloseCode.NORMAL, "the session goes on with another connection");
  }

  /** HELLO comes after all: the session that a connection had from its request alone is not needed any more. */
  #discard({ id, session }: Connection): void {
    if (session === undefined) return;
    this.#forget(session.id);
    this.#tell(session.id, [News.LEFT, id]);
  }

  #create(connection: Connection, secret: string | undefined): Session {
    const { initialTags: tags } = connection;
    const session = new Session(randomText(ID_BYTES), secret !== undefined, this, { tags });
    this.#keep(session, connection);
    this.#tell(session.id, [News.OPEN, connection.id, secret ?? null]);
    if (tags !== NO_TAGS) this.#tell(session.id, [News.CHANGED, { tags }]);
    this.#prove(session, connection);
    return session;
  }

  /** Who a client is comes with tags: where there are too many, it goes without them, as it is who it is all the same. */
  #prove(session: Session, { identity }: Connection): void {
    if (identity === undefined) return;
    try {
      session.prove(identity);
    } catch (error) {
      this.#listener.refused(error);
    }
  }

  #tell(id: string, news: SessionNews): void {
    this.#uplink.tell(BusType.SESSION, id, this.#pack.pack(news));
  }

  #answer({ data }: BusFrame): SessionAnswer {
    return this.#pack.unpack(data) as SessionAnswer;
  }
}

/** What of the bus is about sessions. */
export function sessionFrames(sessions: () => Sessions) {
  return {
    [BusType.SESSION_MOVED]: (frame: BusFrame) => sessions().moved(frame),
    [BusType.SESSION_ENDED]: (frame: BusFrame) => sessions().ended(frame),
    [BusType.SESSION_CHANGED]: (frame: BusFrame) => sessions().changedElsewhere(frame),
  };
}
