import { AppError } from "../../shared/errors.ts";
import type { Position, SubscribedInfo } from "../../shared/message.ts";
import type { Broker, Done } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import type { Counters } from "../metrics.ts";
import type { Transport } from "../transport/transport.ts";
import { CatchUp } from "./catch-up.ts";
import type { ChannelRules, PreparedRule } from "./channel-rules.ts";
import { EventFrames, type EventFramesOptions } from "./event-frames.ts";
import { isPattern, PatternMap } from "./patterns.ts";

export interface HubServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly frames: EventFramesOptions;
  readonly transport: Pick<Transport, "publish">;
  readonly counters: Counters;
}

/** A channel, or a pattern, that connections of this socket worker are subscribed to. */
interface Entry {
  readonly name: string;
  /** Subscribers that read MessagePack, and that read JSON. */
  binary: number;
  text: number;
  /** What waits for the broker's word that publications will come; undefined once it has been given. */
  waiting: Done[] | undefined;
  /** Who is still on the way into it, where it keeps a history; made with the first one. */
  catchingUp: Map<Connection, CatchUp> | undefined;
}

/** How a subscription to a channel with a history starts. */
export interface Start {
  /** What the client is told of it. */
  readonly info: SubscribedInfo;
  /** Sends what was missed, and what comes from now on. To be called once the client has been told, at once or later. */
  begin(): void;
}

/** Called with what is wrong, or how the subscription starts where the channel keeps a history. */
export type Subscribed = (error: AppError | undefined, start: Start | undefined) => void;

/**
 * The subscriptions of one socket worker: the broker hears of a channel's first subscriber and of its last, and a
 * publication goes out through the transport's own publish, encoded once for all subscribers of a kind.
 */
export class Hub {
  readonly #services: HubServices;
  readonly #entries = new PatternMap<Entry>();

  constructor(services: HubServices) {
    this.#services = services;
  }

  /** How many channels and patterns have subscribers here. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Subscribes; `done` is called when every later publication will reach the connection, or with what is wrong.
   * @param since the last publication that the client knows, where it wants all that came after it
   */
  subscribe(connection: Connection, channel: string, since: Position | undefined, done: Subscribed): void {
    let rule: PreparedRule;
    try {
      rule = this.#services.rules.checkSubscribe(channel);
    } catch (error) {
      done(error instanceof AppError ? error : new AppError("INTERNAL"), undefined);
      return;
    }
    const known = this.#entries.get(channel);
    const entry: Entry = known ?? { name: channel, binary: 0, text: 0, waiting: undefined, catchingUp: undefined };
    connection.channels ??= new Set();
    if (!connection.channels.has(channel)) {
      connection.channels.add(channel);
      count(entry, connection, 1);
    }
    if (known === undefined) this.#entries.set(channel, entry);
    // the channels of a pattern each have their own history
    if (rule.history !== undefined && !isPattern(channel)) {
      this.#subscribeFrom(connection, entry, since, rule.history.latest, done);
      return;
    }
    const ready: Done = (error) => {
      if (this.#settled(connection, entry, error, done)) {
        connection.subscribe(topic(connection.binary, entry));
        done(undefined, undefined);
      }
    };
    if (known === undefined) this.#open(entry, ready);
    else if (entry.waiting === undefined) ready(undefined);
    else entry.waiting.push(ready);
  }

  /** The same for a channel that keeps a history: everybody learns for himself where it stands. */
  #subscribeFrom(
    connection: Connection,
    entry: Entry,
    since: Position | undefined,
    latest: boolean,
    done: Subscribed,
  ): void {
    const { name } = entry;
    const { broker, frames } = this.#services;
    const live = () => {
      entry.catchingUp?.delete(connection);
      connection.subscribe(topic(connection.binary, entry));
      connection.flush();
    };
    const wanted = (asking: CatchUp) => connection.open && entry.catchingUp?.get(connection) === asking;
    const catchUp = new CatchUp({ broker, frames, wanted, live }, connection, name, latest);
    broker.subscribeFrom(name, { since, latest }, (error, page) => {
      if (!this.#settled(connection, entry, error, done) || page === undefined) return;
      // one that asks again begins anew
      connection.unsubscribe(topic(connection.binary, entry));
      entry.catchingUp ??= new Map();
      entry.catchingUp.set(connection, catchUp);
      catchUp.found(page, since, (info) => done(undefined, { info, begin: () => catchUp.begin() }));
    });
  }

  /**
   * The broker has answered. The connection may have changed its mind, even twice, or gone, while it thought.
   * @returns whether the subscription can go on; otherwise `done` has been told
   */
  #settled(connection: Connection, entry: Entry, error: AppError | undefined, done: Subscribed): boolean {
    const { name } = entry;
    if (error !== undefined) {
      const anew = (this.#entries.get(name) ?? entry) !== entry;
      if (!anew) this.unsubscribe(connection, name);
      done(error, undefined);
    } else if (connection.channels?.has(name) === true) return true;
    else done(new AppError("CANCELLED", `The subscription to "${name}" was ended before it began.`), undefined);
    return false;
  }

  unsubscribe(connection: Connection, channel: string): void {
    if (connection.channels?.delete(channel) !== true) return;
    const entry = this.#entries.get(channel);
    if (entry === undefined) return;
    connection.unsubscribe(topic(connection.binary, entry));
    entry.catchingUp?.delete(connection);
    count(entry, connection, -1);
    if (entry.binary + entry.text === 0) this.#close(entry);
  }

  /** Ends all subscriptions of a connection that is gone. */
  forget(connection: Connection): void {
    for (const channel of connection.channels ?? []) this.unsubscribe(connection, channel);
  }

  /** A publication from the broker, for whoever is subscribed to its channel or to a pattern that fits. */
  deliver(channel: string, data: Uint8Array, offset: number | undefined): void {
    const { counters, frames: options, transport } = this.#services;
    counters.delivered++;
    const frames = new EventFrames(options, channel, data, offset);
    this.#entries.match(channel, (entry, pattern) => {
      if (entry.binary > 0) transport.publish(topic(true, entry), frames.binary(pattern));
      if (entry.text > 0) transport.publish(topic(false, entry), frames.text(pattern));
    });
  }

  /** Asks the broker for a channel. Who waits is in the entry already: a broker may refuse at once. */
  #open(entry: Entry, first: Done): void {
    entry.waiting = [first];
    this.#services.broker.subscribe(entry.name, (error) => {
      const waiting = entry.waiting ?? [];
      entry.waiting = undefined;
      // out of the way first, so that whoever tries again asks the broker again
      if (error !== undefined && this.#entries.get(entry.name) === entry) this.#close(entry);
      for (const done of waiting) done(error);
    });
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.name);
    this.#services.broker.unsubscribe(entry.name);
  }
}

/** The transport's topic of a channel: MessagePack and JSON subscribers apart, as their frames differ. */
function topic(binary: boolean, entry: Entry): string {
  return binary ? `b${entry.name}` : `t${entry.name}`;
}

function count(entry: Entry, connection: Connection, by: 1 | -1): void {
  if (connection.binary) entry.binary += by;
  else entry.text += by;
}
