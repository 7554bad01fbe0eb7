import { AppError } from "../../shared/errors.ts";
import type { Broker, Done } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import type { Counters } from "../metrics.ts";
import type { Transport } from "../transport/transport.ts";
import type { ChannelRules } from "./channel-rules.ts";
import { EventFrames, type EventFramesOptions } from "./event-frames.ts";
import { PatternMap } from "./patterns.ts";

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
}

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

  /** Subscribes; `done` is called when every later publication will reach the connection, or with what is wrong. */
  subscribe(connection: Connection, channel: string, done: Done): void {
    try {
      this.#services.rules.checkSubscribe(channel);
    } catch (error) {
      done(error instanceof AppError ? error : new AppError("INTERNAL"));
      return;
    }
    const known = this.#entries.get(channel);
    const entry: Entry = known ?? { name: channel, binary: 0, text: 0, waiting: [] };
    connection.channels ??= new Set();
    if (!connection.channels.has(channel)) {
      connection.channels.add(channel);
      count(entry, connection, 1);
    }
    const ready: Done = (error) => {
      // it may have changed its mind, even twice, or gone, while the broker thought
      const anew = (this.#entries.get(channel) ?? entry) !== entry;
      if (error !== undefined) {
        if (!anew) this.unsubscribe(connection, channel);
        done(error);
      } else if (connection.channels?.has(channel)) {
        connection.subscribe(topic(connection.binary, entry));
        done(undefined);
      } else done(new AppError("CANCELLED", `The subscription to "${channel}" was ended before it began.`));
    };
    if (entry.waiting === undefined) ready(undefined);
    else entry.waiting.push(ready);
    if (known === undefined) this.#open(entry);
  }

  unsubscribe(connection: Connection, channel: string): void {
    if (connection.channels?.delete(channel) !== true) return;
    const entry = this.#entries.get(channel);
    if (entry === undefined) return;
    connection.unsubscribe(topic(connection.binary, entry));
    count(entry, connection, -1);
    if (entry.binary + entry.text === 0) this.#close(entry);
  }

  /** Ends all subscriptions of a connection that is gone. */
  forget(connection: Connection): void {
    for (const channel of connection.channels ?? []) this.unsubscribe(connection, channel);
  }

  /** A publication from the broker, for whoever is subscribed to its channel or to a pattern that fits. */
  deliver(channel: string, data: Uint8Array): void {
    const { counters, frames: options, transport } = this.#services;
    counters.delivered++;
    const frames = new EventFrames(options, channel, data);
    this.#entries.match(channel, (entry, pattern) => {
      const info = pattern === undefined ? undefined : { pattern };
      if (entry.binary > 0) transport.publish(topic(true, entry), frames.binary(info));
      if (entry.text > 0) transport.publish(topic(false, entry), frames.text(info));
    });
  }

  /** Asks the broker for a channel. Those who wait are in the entry already: a broker may refuse at once. */
  #open(entry: Entry): void {
    this.#entries.set(entry.name, entry);
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
