import type { Entrance, PresenceHolder } from "./presence-store.ts";

/** A process that members' connections live in, and that asks. */
export interface PresenceAsker extends PresenceHolder {
  /** Whether so much waits for it that no list has room. */
  readonly busy: boolean;
  /**
   * Answers an entrance, behind all news that came before it.
   * @param refusal empty where the connection is in; else one of the refusals of `presence-bus.ts`
   */
  entered(reference: number, refusal: string): void;
  /**
   * Answers a question who is in a channel, behind all news that came before it.
   * @param answer an array of members, or counts, encoded; `NOT_NOW`; undefined where there is no room for it
   */
  listed(reference: number, answer: Uint8Array | undefined): void;
}

/**
 * Knows who is in which channel, for the socket workers of this host. A member comes with its first connection and leaves with
 * its last; what one process says is taken in the order in which it says it.
 */
export interface PresenceKeeper {
  /** Channels of which somebody here knows, or wants to know, who is in them. */
  readonly size: number;
  /** Bytes of this process that are taken, about. */
  readonly spent: number;
  /** Takes bytes for what is on its way, or, where negative, gives them back. */
  spend(bytes: number): void;
  /** A connection is in a channel from now on, or as somebody else. Answered once, unless the process goes before. */
  enter(entrance: Entrance, asker: PresenceAsker, reference: number): void;
  /** A connection is no longer in a channel. Nothing where it was not. */
  exit(channel: string, connection: string): void;
  /** A process does not want to hear of others any more. */
  unwatch(channel: string, asker: PresenceAsker): void;
  /**
   * Asks who is in a channel. Answered once, unless the process goes before.
   * @param most members that are told, or `COUNTS_ONLY`
   */
  list(channel: string, most: number, asker: PresenceAsker, reference: number): void;
  /** A process is gone, and all connections in it. */
  holderGone(asker: PresenceAsker): void;
  close(): void;
}
