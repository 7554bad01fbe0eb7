import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { PresenceChange } from "../../shared/presence.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import type { Broadcast } from "../metrics/traffic.ts";
import { overloaded } from "../overloaded.ts";
import type { ChannelRules } from "./channel-rules.ts";
import type { Subscribed } from "./hub.ts";
import { isPattern } from "./patterns.ts";
import { isNotNow, type PresenceEntrance } from "./presence-bus.ts";
import { PRESENCE_RETRY_MS, PresenceLists } from "./presence-lists.ts";
import { PresenceNews } from "./presence-news.ts";
import { encodedMember, keepsNone, type PresenceOptions } from "./presence-rule.ts";

export interface PresenceServices {
  readonly rules: ChannelRules;
  readonly uplink: Pick<Uplink, "ask" | "tell">;
  readonly pack: Pack;
  readonly transport: Broadcast;
  /** Channels of one connection. */
  readonly maxChannels: number;
  /** Told of what is the application's fault. */
  failed(error: unknown): void;
}

/** A connection in a channel, as far as this worker has told the primary. */
interface Seat {
  readonly options: PresenceOptions;
  /** As the primary knows it. */
  user: string | undefined;
  /** Whether it hears, or is about to hear, who comes and goes. */
  watching: boolean;
}

/**
 * Who is in the channels that keep it, for the connections of one socket worker. The primary knows it of all workers: it
 * is told of a connection before that is subscribed, and no subscription begins without its word.
 */
export class Presence {
  readonly #services: PresenceServices;
  readonly #news: PresenceNews;
  readonly #lists: PresenceLists;
  readonly #seats = new Map<Connection, Map<string, Seat>>();

  constructor(services: PresenceServices) {
    this.#services = services;
    this.#news = new PresenceNews(services);
    this.#lists = new PresenceLists(services.uplink, services.pack);
  }

  /**
   * Sees to it that a connection is in a channel, and only then subscribes it, by `subscribe`.
   * @param watch whether it wants to hear who comes and goes, from before `done` is called
   * @param done called once, with what `subscribe` says or with what was wrong before
   */
  around(
    connection: Connection,
    channel: string,
    watch: boolean,
    subscribe: (done: Subscribed) => void,
    done: Subscribed,
  ): void {
    const options = this.#services.rules.presenceOf(channel);
    if (options === undefined && !watch) {
      subscribe(done);
      return;
    }
    try {
      this.#services.rules.checkSubscribe(channel);
      if (options === undefined) throw keepsNone(channel);
      this.#enter(connection, channel, options, watch, (error, seat) => {
        if (error !== undefined) done(error, undefined);
        else {
          // ahead of the subscription: a list that was asked for behind it may be answered before that has begun
          if (watch) this.#news.listen(connection, channel);
          subscribe((wrong, start) => {
            const refused = wrong !== undefined && connection.channels?.has(channel) !== true;
            if (refused && this.#seatOf(connection, channel) === seat) this.leave(connection, channel);
            done(wrong, start);
          });
        }
      });
    } catch (error) {
      if (!(error instanceof AppError)) this.#services.failed(error);
      done(error instanceof AppError ? error : new AppError("INTERNAL"), undefined);
    }
  }

  /** A connection is no longer in a channel, or does not want to be any more. */
  leave(connection: Connection, channel: string): void {
    const seats = this.#seats.get(connection);
    const seat = seats?.get(channel);
    if (seats === undefined || seat === undefined) return;
    seats.delete(channel);
    if (seats.size === 0) this.#seats.delete(connection);
    const { uplink } = this.#services;
    if (seat.watching && this.#news.leave(connection, channel)) uplink.tell(BusType.PRESENCE_UNWATCH, channel);
    uplink.tell(BusType.PRESENCE_EXIT, channel, Buffer.from(connection.id));
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    for (const channel of [...(this.#seats.get(connection)?.keys() ?? [])]) this.leave(connection, channel);
  }

  /** Its session may have another user: it is in its channels as somebody else then. */
  userChanged(connection: Connection): void {
    const user = connection.session?.user;
    for (const [channel, seat] of this.#seats.get(connection) ?? []) {
      if (seat.user === user) continue;
      seat.user = user;
      const member = this.#memberAgain(connection, seat.options);
      this.#ask(connection, channel, seat, member, false, (error) => {
        // others must not take it for who it was: it comes back as who it is
        if (error !== undefined) connection.close(CloseCode.TRY_LATER);
      });
    }
  }

  /**
   * Who is in a channel, or how many are.
   * @param most members that are told, or `COUNTS_ONLY`
   * @throws AppError where a client may not subscribe, or nothing is kept; `OVERLOADED`, `UNAVAILABLE`
   */
  list(channel: string, most: number): Promise<unknown> {
    const { rules } = this.#services;
    if (isPattern(channel)) throw new AppError("BAD_REQUEST", `"${channel}" is a pattern: nobody is in it.`);
    rules.checkSubscribe(channel);
    if (rules.presenceOf(channel) === undefined) throw keepsNone(channel);
    return this.#lists.ask(channel, most);
  }

  /** The primary says that somebody came to a channel, or left it. */
  changed(change: PresenceChange, { channel, data }: BusFrame): void {
    this.#news.deliver(change, channel, data);
  }

  #seatOf(connection: Connection, channel: string): Seat | undefined {
    return this.#seats.get(connection)?.get(channel);
  }

  /** @throws AppError, and whatever the application throws, where it has not come so far that somebody is asked */
  #enter(
    connection: Connection,
    channel: string,
    options: PresenceOptions,
    watch: boolean,
    entered: (error: AppError | undefined, seat: Seat | undefined) => void,
  ): void {
    const { maxChannels, pack } = this.#services;
    const known = this.#seatOf(connection, channel);
    if (known === undefined && (this.#seats.get(connection)?.size ?? 0) >= maxChannels) {
      throw new AppError("FORBIDDEN", `A connection may subscribe to ${maxChannels} channels.`);
    }
    const member = known === undefined ? encodedMember(connection, options, pack) : null;
    const seat: Seat = known ?? { options, user: connection.session?.user, watching: false };
    // it may be on its way out, and nobody would take it from its seat then
    if (!connection.open) throw ended(channel);
    let asked = false;
    asked = this.#ask(connection, channel, seat, member, watch, (error) => {
      // it may have changed its mind, even twice, or gone, while the primary thought
      if (asked && this.#seatOf(connection, channel) !== seat) entered(ended(channel), undefined);
      else {
        if (asked && error !== undefined) this.leave(connection, channel);
        entered(error, seat);
      }
    });
    if (!asked) return;
    if (known === undefined) this.#take(connection, channel, seat);
    if (watch && !seat.watching) {
      seat.watching = true;
      this.#news.expect(connection, channel);
    }
  }

  /** Tells the primary who is in. @returns false where that was refused at once, and so never said */
  #ask(
    connection: Connection,
    channel: string,
    { options, user }: Seat,
    member: Uint8Array | null,
    watch: boolean,
    answered: (error: AppError | undefined) => void,
  ): boolean {
    const { uplink, pack } = this.#services;
    const counted = options.countBy === "user" ? (user ?? null) : null;
    const data = pack.pack([connection.id, counted, watch, member] satisfies PresenceEntrance);
    let asked = false;
    let refused: AppError | undefined;
    uplink.ask(BusType.PRESENCE_ENTER, channel, data, (error, frame) => {
      const answer = frame === undefined ? error : refusalOf(frame);
      if (asked) answered(answer);
      else refused = answer;
    });
    asked = refused === undefined;
    if (refused !== undefined) answered(refused);
    return asked;
  }

  #take(connection: Connection, channel: string, seat: Seat): void {
    const seats = this.#seats.get(connection);
    if (seats === undefined) this.#seats.set(connection, new Map([[channel, seat]]));
    else seats.set(channel, seat);
  }

  /** What others are told of who is in already: without more, where the application fails to say it. */
  #memberAgain(connection: Connection, options: PresenceOptions): Uint8Array {
    const { pack } = this.#services;
    try {
      return encodedMember(connection, options, pack);
    } catch (error) {
      if (!(error instanceof AppError)) this.#services.failed(error);
      return encodedMember(connection, {}, pack);
    }
  }
}

function refusalOf({ data }: BusFrame): AppError | undefined {
  if (data.length === 0) return undefined;
  return isNotNow(data) ? new AppError("UNAVAILABLE") : overloaded(PRESENCE_RETRY_MS);
}

function ended(channel: string): AppError {
  return new AppError("CANCELLED", `The subscription to "${channel}" was ended before it began.`);
}

/** What of the bus is about presence. */
export function presenceFrames(presence: () => Presence) {
  return {
    [BusType.PRESENCE_JOIN]: (frame: BusFrame) => presence().changed("join", frame),
    [BusType.PRESENCE_LEAVE]: (frame: BusFrame) => presence().changed("leave", frame),
  };
}
