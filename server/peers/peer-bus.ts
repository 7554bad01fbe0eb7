import type { PeerPolicy } from "../../shared/peers.ts";

/** What a socket worker tells the primary of a seek. It has been checked, and has its defaults. */
export interface SeekOrder {
  /** Of its client: nobody is matched with another peer of the same session. */
  readonly session: string;
  readonly context: string;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly room: string | null;
  readonly size: number | null;
  readonly policy: PeerPolicy;
  readonly region: string | null;
  /** Null for ever, in milliseconds. */
  readonly waitMs: number | null;
  readonly rttMs: number | null;
  /** Encoded; null where there is none. */
  readonly info: Uint8Array | null;
  readonly seekMs: number;
  /** 0 where nobody could come back to it. */
  readonly graceMs: number;
  readonly mostPairs: number;
}

/** Kinds of {@link PeerOrder}. */
export const Order = { SEEK: 0, CONNECT: 1, LEFT: 2, AWAY: 3, PART: 4 } as const;

/** The data of a PEER frame; its channel is the peer's id. The first three are asked, and answered by {@link PeerAnswer}. */
export type PeerOrder =
  | readonly [kind: typeof Order.SEEK, seek: SeekOrder]
  | readonly [kind: typeof Order.CONNECT, to: string]
  | readonly [kind: typeof Order.PART, from: string, again: boolean]
  /** It is over. */
  | readonly [kind: typeof Order.LEFT]
  /** Its connection is gone, and its client may come back. */
  | readonly [kind: typeof Order.AWAY];

/** Somebody a peer is paired with, its info still encoded. */
export type PairNews = readonly [peer: string, polite: boolean, info: Uint8Array | null];

/** How the primary answers: an error's code and text, or what a seeker has to know; null where that is nothing. */
export type PeerAnswer = readonly [code: string, text: string] | Admission | null;

export interface Admission {
  /** Whether the peer was known, and goes on. */
  readonly resumed: boolean;
  readonly pairs: readonly PairNews[];
}

/** Kinds of {@link PeerNews}. */
export const News = { PAIRED: 0, LEFT: 1, LOST: 2, MOVED: 3, NOBODY: 4 } as const;

/** The data of a PEER_NEWS frame; its channel is the id of the peer that is told. */
export type PeerNews =
  | readonly [kind: typeof News.PAIRED, pair: PairNews]
  | readonly [kind: typeof News.LEFT | typeof News.LOST, peer: string]
  /** It goes on with another seek. */
  | readonly [kind: typeof News.MOVED]
  /** Nobody was found in time, and it is over. */
  | readonly [kind: typeof News.NOBODY];

/** The channel of a PEER_SIGNAL frame. An id of a peer has no space. */
export function signalChannel(from: string, to: string): string {
  return `${from} ${to}`;
}

export function signalEnds(channel: string): [from: string, to: string] {
  const space = channel.indexOf(" ");
  return [channel.slice(0, space), channel.slice(space + 1)];
}
