import type { Frame } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Counters } from "../metrics.ts";
import type { SlowReaderPolicy } from "./slow-readers.ts";

export interface LaneOptions {
  readonly policy: Exclude<SlowReaderPolicy, "close">;
  /** Bytes that may be on their way to a connection before more has to wait here. */
  readonly mark: number;
  /** Bytes that may wait for one connection in all its lanes. */
  readonly budget: number;
  readonly counters: Counters;
}

/** Publications that may wait for one subscriber of a channel. */
const MOST_WAITING = 1_000;

interface Waiting {
  readonly channel: string;
  frame: Frame;
}

/**
 * A subscriber's way out of a channel whose publications may be left out. What is sent cannot be taken back: so a slow
 * reader is given little at a time, and what waits meanwhile waits here, where the oldest can go.
 */
export class Lane {
  readonly connection: Connection;
  readonly #options: LaneOptions;
  #waiting: Waiting[] = [];
  #asked = false;

  constructor(connection: Connection, options: LaneOptions) {
    this.connection = connection;
    this.#options = options;
  }

  /** Sends a publication, now or when the connection has read enough, or never where newer ones come before that. */
  offer(channel: string, frame: Frame): void {
    const { connection } = this;
    if (this.#waiting.length === 0 && connection.unsent <= this.#options.mark) connection.sendFrame(frame);
    else this.#keep(channel, frame);
  }

  /** Lets go of what waits. */
  end(): void {
    for (const { frame } of this.#waiting.splice(0)) this.connection.backlog -= frame.length;
  }

  #keep(channel: string, frame: Frame): void {
    const { connection } = this;
    const { policy, budget, counters } = this.#options;
    const before = policy === "latest" ? this.#waiting.find((waiting) => waiting.channel === channel) : undefined;
    connection.backlog += frame.length;
    if (before !== undefined) {
      connection.backlog -= before.frame.length;
      before.frame = frame;
      counters.leftOut++;
    } else this.#waiting.push({ channel, frame });
    while (connection.backlog > budget || this.#waiting.length > MOST_WAITING) {
      // the newest must not be lost; a connection with so many lanes may have no room for even that
      if (this.#waiting.length === 1) {
        connection.dropped();
        return;
      }
      this.#drop();
    }
    this.#waitToSend();
  }

  #waitToSend(): void {
    if (this.#asked) return;
    this.#asked = true;
    void this.connection.drain().then(() => this.#sendMore());
  }

  #drop(): void {
    this.connection.backlog -= this.#waiting.shift()?.frame.length ?? 0;
    this.#options.counters.leftOut++;
  }

  #sendMore(): void {
    const { connection } = this;
    this.#asked = false;
    if (!connection.open) this.end();
    while (this.#waiting.length > 0 && connection.unsent <= this.#options.mark) {
      const { frame } = this.#waiting.shift() as Waiting;
      connection.backlog -= frame.length;
      connection.sendFrame(frame);
    }
    if (this.#waiting.length > 0) this.#waitToSend();
  }
}
