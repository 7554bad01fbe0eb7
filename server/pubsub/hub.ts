import { AppError } from "../../shared/errors.ts";
import type { Position, SubscribedInfo } from "../../shared/message.ts";
import type { Broker, Done, From, Paged } from "../brokers/broker.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { OFFSET_BYTES, readOffset } from "../bus/publication-head.ts";
import type { Connection } from "../connection/connection.ts";
import type { Broadcast } from "../metrics/traffic.ts";
import type { Counters } from "../metrics.ts";
import { overloaded } from "../overloaded.ts";
import { CatchUp } from "./catch-up.ts";
import { CatchUpTurns } from "./catch-up-turns.ts";
import type { ChannelRules, PreparedRule } from "./channel-rules.ts";
import { Entry } from "./entry.ts";
import { EventFrames, type EventFramesOptions } from "./event-frames.ts";
import type { LaneOptions } from "./lane.ts";
import { isPattern, PatternMap } from "./patterns.ts";

export interface HubServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly frames: EventFramesOptions;
  readonly transport: Broadcast;
  readonly counters: Counters;
  /** Bytes that may wait for one connection. */
  readonly sendBudget: number;
  /** Channels of one connection. It has no use for more questions at a time. */
  readonly maxChannels: number;
  /** Subscriptions of all connections here. */
  readonly maxSubscriptions: number;
}

/** So much may be on its way to a connection, in bytes, before publications that may be left out wait. */
const LANE_MARK = 64 * 1024;
/** How long who asks too much is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 100;
/** The same where there is no room for anybody. */
const FULL_MS = 5_000;

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
  #subscriptions = 0;
  readonly #turns = new WeakMap<Connection, CatchUpTurns>();

  constructor(services: HubServices) {
    this.#services = services;
  }

  /** How many channels and patterns have subscribers here. */
  get size(): number {
    return this.#entries.size;
  }

  /** Channels and patterns with subscribers here, by name. */
  entries(): Iterable<[name: string, entry: Entry]> {
    return this.#entries.entries();
  }

  /** How many channels and patterns all connections here are subscribed to, together. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /**
   * Subscribes; `done` is called when every later publication will reach the connection, or with what is wrong.
   * @param since the last publication that the client knows, where it wants all that came after it
   * @param later whether what it missed is sent later than within `done`
   */
  subscribe(
    connection: Connection,
    channel: string,
    since: Position | undefined,
    done: Subscribed,
    later = false,
  ): void {
    let rule: PreparedRule;
    try {
      rule = this.#services.rules.checkSubscribe(channel);
    } catch (error) {
      done(error instanceof AppError ? error : new AppError("INTERNAL"), undefined);
      return;
    }
    if (this.#subscriptions >= this.#services.maxSubscriptions && connection.channels?.has(channel) !== true) {
      done(overloaded(FULL_MS), undefined);
      return;
    }
    const known = this.#entries.get(channel);
    const entry = known ?? new Entry(channel, this.#lanesFor(rule));
    connection.channels ??= new Set();
    if (!connection.channels.has(channel)) {
      connection.channels.add(channel);
      this.#subscriptions++;
      entry.add(connection);
    }
    if (known === undefined) this.#entries.set(channel, entry);
    // the channels of a pattern each have their own history
    if (rule.history !== undefined && !isPattern(channel)) {
      this.#subscribeFrom(connection, entry, { since, latest: rule.history.latest, peek: later }, done);
      return;
    }
    if (since !== undefined) this.#services.counters.unrecovered++;
    const ready: Done = (error) => {
      if (this.#settled(connection, entry, error, done)) {
        entry.enter(connection);
        done(undefined, undefined);
      }
    };
    if (known === undefined) this.#open(entry, ready);
    else if (entry.waiting === undefined) ready(undefined);
    else entry.waiting.push(ready);
  }

  /** The same for a channel that keeps a history: everybody learns for himself where it stands. */
  #subscribeFrom(connection: Connection, entry: Entry, from: From, done: Subscribed): void {
    const { name } = entry;
    const { broker, frames, counters, maxChannels } = this.#services;
    const token = entry.asks(connection);
    const live = () => {
      entry.enter(connection);
      connection.flush();
    };
    const wanted = (asking: CatchUp) => connection.open && entry.isCatchingUp(connection, asking);
    const turns = this.#turnsOf(connection);
    const catchUp = new CatchUp({ broker, frames, turns, wanted, live }, connection, name, from.latest);
    const answered: Paged = (error, page) => {
      // between one subscription and the next, publications may have gone by
      if (!entry.answered(connection, token)) done(error ?? cancelled(name), undefined);
      // to ask twice changes nothing
      else if (error !== undefined && entry.goesOn(connection)) done(error, undefined);
      else if (this.#settled(connection, entry, error, done) && page !== undefined) {
        if (from.since !== undefined) counters[page.recovered ? "recovered" : "unrecovered"]++;
        // one that asks again begins anew
        entry.catchUp(connection, catchUp);
        catchUp.found(page, from, (info) => done(undefined, { info, begin: () => catchUp.begin() }));
      }
    };
    // or a flood of them would fill the way to the primary, and this process
    if (turns.questions >= maxChannels) {
      answered(overloaded(RETRY_AFTER_MS), undefined);
      return;
    }
    turns.questions++;
    broker.subscribeFrom(name, from, (error, page) => {
      turns.questions--;
      answered(error, page);
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
    else done(cancelled(name), undefined);
    return false;
  }

  unsubscribe(connection: Connection, channel: string): void {
    if (connection.channels?.delete(channel) !== true) return;
    this.#subscriptions--;
    const entry = this.#entries.get(channel);
    if (entry === undefined) return;
    entry.remove(connection);
    if (entry.empty) this.#close(entry);
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
      entry.publish(channel, frames, pattern, transport);
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

  #turnsOf(connection: Connection): CatchUpTurns {
    let turns = this.#turns.get(connection);
    if (turns === undefined) {
      turns = new CatchUpTurns(connection, this.#services.sendBudget / 4);
      this.#turns.set(connection, turns);
    }
    return turns;
  }

  #lanesFor({ slowReaders: policy }: PreparedRule): LaneOptions | undefined {
    const { sendBudget, counters } = this.#services;
    if (policy === "close") return undefined;
    return { policy, counters, mark: Math.min(sendBudget / 4, LANE_MARK), budget: sendBudget / 2 };
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.name);
    this.#services.broker.unsubscribe(entry.name);
  }
}

function cancelled(channel: string): AppError {
  return new AppError("CANCELLED", `The subscription to "${channel}" was ended before it began.`);
}

/** What of the bus is publications. */
export function hubFrames(hub: () => Hub) {
  return {
    [BusType.EVENT]: ({ channel, data }: BusFrame) => hub().deliver(channel, data, undefined),
    [BusType.KEPT_EVENT]: ({ channel, data }: BusFrame) =>
      hub().deliver(channel, data.subarray(OFFSET_BYTES), readOffset(data)),
  };
}
