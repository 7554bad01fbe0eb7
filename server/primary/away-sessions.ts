import { List } from "../list.ts";
import { Expiry } from "./expiry.ts";
import type { StoredSession } from "./stored-session.ts";

/** Sessions without a connection that are kept at most; beyond, those that have been away longest end. */
const MOST_AWAY = 100_000;
/** Channels that all of those may be subscribed to: a client's choice, and most of what a session can cost. */
const MOST_CHANNELS = 1_000_000;

/** Sessions without a connection, which end when their window is over, or before where there are too many. */
export class AwaySessions {
  /** The one that has been away longest first. */
  readonly #list = new List<StoredSession>();
  readonly #expiry: Expiry<StoredSession>;
  readonly #end: (session: StoredSession) => void;
  #count = 0;
  /** Channels that these are subscribed to. */
  #channels = 0;

  /**
   * @param windowMs in milliseconds
   * @param end ends one, and takes it out
   */
  constructor(windowMs: number, end: (session: StoredSession) => void) {
    this.#end = end;
    this.#expiry = new Expiry(this.#list, windowMs, ({ leftAt }) => leftAt, end);
  }

  get count(): number {
    return this.#count;
  }

  add(session: StoredSession): void {
    session.leftAt = performance.now();
    session.away = this.#list.append(session);
    this.#count++;
    this.#channels += session.channels?.size ?? 0;
    while (this.#count > MOST_AWAY || this.#channels > MOST_CHANNELS) {
      const longest = this.#list.first?.value;
      if (longest === undefined) break;
      this.#end(longest);
    }
    this.#expiry.start();
  }

  /** Nothing where it is not one of them. */
  delete(session: StoredSession): void {
    if (session.away === undefined) return;
    this.#list.remove(session.away);
    session.away = undefined;
    this.#count--;
    this.#channels -= session.channels?.size ?? 0;
  }

  /** One that may be one of them has so many channels more. */
  channelsChanged({ away }: StoredSession, more: number): void {
    if (away !== undefined) this.#channels += more;
  }

  close(): void {
    this.#expiry.stop();
  }
}
