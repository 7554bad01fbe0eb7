import { Kind } from "../../shared/message.ts";
import type { Done } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import type { Broadcast } from "../metrics/traffic.ts";
import type { CatchUp } from "./catch-up.ts";
import type { EventFrames } from "./event-frames.ts";
import { Lane, type LaneOptions } from "./lane.ts";

/** One connection's way into a channel, where that is more than being a subscriber of the transport's topic. */
interface Way {
  /** Set until it has been sent all that it missed. */
  catchUp: CatchUp | undefined;
  /** Set from then on, where publications may be left out. */
  lane: Lane | undefined;
  /** What the broker has been asked and has not answered. */
  questions: number;
  /** Whether the connection was told that it is subscribed. */
  begun: boolean;
}

/** Identifies a subscription: one that was ended and begun again is another. */
export type Token = object;

/** A channel, or a pattern, that connections of this socket worker are subscribed to. */
export class Entry {
  readonly name: string;
  /** What waits for the broker's word that publications will come; undefined once it has been given. */
  waiting: Done[] | undefined;
  /** Publications that were sent to connections, once for each, since somebody last took account of them. */
  delivered = 0;
  /** How publications are left out; undefined where they are not. */
  readonly #lanes: LaneOptions | undefined;
  /** Subscribers that read MessagePack, and that read JSON. */
  #binary = 0;
  #text = 0;
  /** Made with the first one. */
  #ways: Map<Connection, Way> | undefined;

  constructor(name: string, lanes: LaneOptions | undefined) {
    this.name = name;
    this.#lanes = lanes;
  }

  get empty(): boolean {
    return this.subscribers === 0;
  }

  get subscribers(): number {
    return this.#binary + this.#text;
  }

  add(connection: Connection): void {
    if (connection.binary) this.#binary++;
    else this.#text++;
  }

  remove(connection: Connection): void {
    this.#stop(connection);
    this.#ways?.delete(connection);
    if (connection.binary) this.#binary--;
    else this.#text--;
  }

  /** A subscription asks the broker for itself. */
  asks(connection: Connection): Token {
    const way = this.#wayOf(connection);
    way.questions++;
    return way;
  }

  /** The broker has answered. @returns whether the subscription is still the same */
  answered(connection: Connection, token: Token): boolean {
    const way = this.#ways?.get(connection);
    if (way === undefined || way !== token) return false;
    way.questions--;
    return true;
  }

  /** Whether a subscription goes on whatever becomes of one question: it has begun, or another one may begin it. */
  goesOn(connection: Connection): boolean {
    const way = this.#ways?.get(connection);
    return way !== undefined && (way.begun || way.questions > 0);
  }

  /** A connection gets what it missed first, and nothing else meanwhile. */
  catchUp(connection: Connection, catchUp: CatchUp): void {
    this.#stop(connection);
    const way = this.#wayOf(connection);
    way.catchUp = catchUp;
    way.begun = true;
  }

  isCatchingUp(connection: Connection, catchUp: CatchUp): boolean {
    return this.#ways?.get(connection)?.catchUp === catchUp;
  }

  /** From now on a connection gets what is published. */
  enter(connection: Connection): void {
    const lanes = this.#lanes;
    const way = lanes === undefined ? this.#ways?.get(connection) : this.#wayOf(connection);
    if (way !== undefined) way.catchUp = undefined;
    if (lanes === undefined || way === undefined) connection.feed.subscribe(this.#topic(connection.binary));
    else way.lane ??= new Lane(connection, lanes);
  }

  /** Sends a publication to all who are in. @param pattern where this is one */
  publish(channel: string, frames: EventFrames, pattern: string | undefined, transport: Broadcast): void {
    this.delivered += this.subscribers;
    const binary = this.#binary > 0 ? frames.binary(pattern) : undefined;
    const text = this.#text > 0 ? frames.text(pattern) : undefined;
    if (this.#lanes === undefined) {
      if (binary !== undefined) transport.publish(this.#topic(true), binary, Kind.EVENT, this.#binary);
      if (text !== undefined) transport.publish(this.#topic(false), text, Kind.EVENT, this.#text);
      return;
    }
    for (const { lane } of this.#ways?.values() ?? []) {
      const frame = lane?.connection.binary === true ? binary : text;
      if (frame !== undefined) lane?.offer(channel, frame);
    }
  }

  #stop(connection: Connection): void {
    connection.feed.unsubscribe(this.#topic(connection.binary));
    const way = this.#ways?.get(connection);
    if (way === undefined) return;
    way.lane?.end();
    way.lane = way.catchUp = undefined;
  }

  #wayOf(connection: Connection): Way {
    this.#ways ??= new Map();
    let way = this.#ways.get(connection);
    if (way === undefined) {
      way = { catchUp: undefined, lane: undefined, questions: 0, begun: false };
      this.#ways.set(connection, way);
    }
    return way;
  }

  /** The transport's topic: MessagePack and JSON subscribers apart, as their frames differ. */
  #topic(binary: boolean): string {
    return binary ? `b${this.name}` : `t${this.name}`;
  }
}
