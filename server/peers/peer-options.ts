import { MAX_TIMER_MS } from "../../shared/limit.ts";
import type { IceServer, PeerSeek } from "../../shared/peers.ts";
import type { CallContext } from "../dispatch/context.ts";

/** What one client may ask of the server for its peers. */
export interface PeerLimits {
  /** Seeks at once of one connection. */
  readonly seeks: number;
  /** Seeks that one connection may begin in a minute. */
  readonly seeksPerMinute: number;
  /** Others that one peer may be paired with; one fewer than a room may have members. */
  readonly pairs: number;
  /** Bytes of one signal, encoded. */
  readonly signalBytes: number;
  /** Signals and connects of one connection in a second; eight times as many at once. */
  readonly signalsPerSecond: number;
  /** Bytes of what a peer tells the others of itself, encoded. */
  readonly infoBytes: number;
  /** Tags of one seek. */
  readonly tags: number;
  /** Characters of a context, a tag, a region, or a room's name. */
  readonly nameLength: number;
  /** Longest wait for a partner, in milliseconds. */
  readonly seekMs: number;
  /** How long a peer without a connection is kept for its client's return, in milliseconds. */
  readonly graceMs: number;
}

export const DEFAULT_PEER_LIMITS: PeerLimits = {
  seeks: 8,
  seeksPerMinute: 120,
  pairs: 15,
  signalBytes: 16_384,
  signalsPerSecond: 50,
  infoBytes: 1_024,
  tags: 8,
  nameLength: 100,
  seekMs: 300_000,
  graceMs: 15_000,
};

/** How an application lets its clients find and connect to each other. */
export interface PeersDefinition {
  /**
   * Decides whether a client may seek: `false` refuses it with FORBIDDEN, an AppError with that, and a seek takes the
   * place of the one that was asked for, as where the server knows the region or the name better.
   * @default everybody may
   */
  readonly authorize?: (context: CallContext, seek: PeerSeek) => PeerVerdict | Promise<PeerVerdict>;
  /**
   * STUN and TURN servers that seekers are told of; a function may give each its own credentials, and is asked again
   * where a connection is made anew. @default none: peers reach each other where their own addresses do
   */
  readonly iceServers?:
    | readonly IceServer[]
    | ((context: CallContext) => readonly IceServer[] | Promise<readonly IceServer[]>);
  /** What one client may ask for. @default as docs/PEERS.md says */
  readonly limits?: Partial<PeerLimits>;
}

/** As of a call, {@link Verdict}; or the seek that takes the place of the one that was asked for. */
// biome-ignore lint/suspicious/noConfusingVoidType: a check that throws where it minds, and else returns nothing
export type PeerVerdict = boolean | PeerSeek | void;

/** Puts the defaults in. @throws RangeError where a number makes no sense */
export function peerLimits(given: Partial<PeerLimits> = {}): PeerLimits {
  const limits = { ...DEFAULT_PEER_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_PEER_LIMITS, name)) throw new RangeError(`peers.limits.${name} is not known.`);
    if (value === undefined) continue;
    // a grace of 0 is one: who loses its connection is gone at once
    const least = name === "graceMs" ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least || value > MAX_TIMER_MS) {
      throw new RangeError(
        `peers.limits.${name} must be a whole number from ${least} to ${MAX_TIMER_MS}, not ${value}.`,
      );
    }
    Object.assign(limits, { [name]: value });
  }
  return limits;
}
