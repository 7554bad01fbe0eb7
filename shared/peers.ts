/** One STUN or TURN server, as browsers take it. https://www.w3.org/TR/webrtc/#rtciceserver-dictionary */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** All policies that there are. */
export const PEER_POLICIES = ["first", "region", "rtt", "none"] as const;

/**
 * Whom a seeker gets out of those that seek the same:
 * - `first`: who has waited longest
 * - `region`: who has the same region; anybody after a wait, or never
 * - `rtt`: of those that came within a wait, who is nearest to the server, as is the seeker by its own word
 * - `none`: nobody, until one of the two connects to the other by its id
 */
export type PeerPolicy = (typeof PEER_POLICIES)[number];

/** What a client asks for with `$peers.seek`. */
export interface PeerSeek {
  /** Peers of different contexts never meet. @default "default" */
  readonly context?: string;
  /** Only who seeks with the same tags, in any order, is found. @default none */
  readonly tags?: readonly string[];
  /** A room of that name in the context: all who are in it are paired with one another. Instead of tags and a policy. */
  readonly room?: string;
  /** Members of the room at most; who comes first says it. @default 8 */
  readonly size?: number;
  /** @default "first" */
  readonly policy?: PeerPolicy;
  /** For the policy `region`, of either side. */
  readonly region?: string;
  /**
   * How long only the same region will do, null for ever; or how long the policy `rtt` gathers. In milliseconds.
   * @default 5_000 for regions, 1_000 for `rtt`
   */
  readonly waitMs?: number | null;
  /** Round trip to the server as the client measured it, in milliseconds. */
  readonly rttMs?: number;
  /** What the others are told of this one. */
  readonly info?: unknown;
  /** How long to wait for a partner, in milliseconds. @default what the server allows */
  readonly timeoutMs?: number;
}

/** The input of `$peers.seek`. */
export interface PeerSeekInput extends PeerSeek {
  /**
   * What makes the peer's id, by a hash: who seeks again with the same secret has the same id, in whatever session,
   * and nobody else can have it. @default a random one, so that the peer is gone with its connection
   */
  readonly secret?: string;
}

/** Somebody a peer is paired with. */
export interface PairedPeer {
  readonly peer: string;
  /** Whether the receiver of this is the one of the two that gives way when both make an offer. */
  readonly polite: boolean;
  readonly info?: unknown;
}

/** An item of `$peers.seek`. */
export type PeerEvent =
  /** First of all: who the receiver is; whether the server knew it; whom it is paired with. */
  | {
      readonly type: "self";
      readonly peer: string;
      readonly resumed: boolean;
      readonly pairs: readonly PairedPeer[];
      readonly iceServers: readonly IceServer[];
    }
  | ({ readonly type: "paired" } & PairedPeer)
  | { readonly type: "signal"; readonly peer: string; readonly data: unknown }
  /** The pair is over: the other one said so or closed its page (`left`), or did not come back in time (`lost`). */
  | { readonly type: "left"; readonly peer: string; readonly reason: "left" | "lost" };

/** The input of `$peers.signal`: anything, for one that `from` is paired with. */
export interface PeerSignalInput {
  readonly from: string;
  readonly to: string;
  readonly data: unknown;
}

/** The input of `$peers.connect`: pairs two peers of one context. */
export type PeerConnectInput = Omit<PeerSignalInput, "data">;

/** The input of `$peers.part`: the two are no pair any more, and are not paired again but by `$peers.connect`. */
export interface PeerPartInput extends PeerConnectInput {
  /** Whether `from` is to seek on, as where `to` was found and could not be reached. @default false */
  readonly again?: boolean;
}
