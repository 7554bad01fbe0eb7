import type { TagChanges, Tags } from "../tags/tags.ts";

/** What is known of a session beyond its id, and what outlives its connections. */
export interface SessionState {
  readonly user: string | undefined;
  /** Whether its client has proven to be that user, and has to do so again to go on with it. */
  readonly proven: boolean;
  readonly tags: Tags;
  /** Channels and patterns it is subscribed to. */
  readonly channels: readonly string[];
}

/** What becomes of a session's user and tags; null is for none. What is not named stays as it is. */
export interface SessionChange {
  readonly user?: string | null;
  /** Whether its client has proven to be that user. @default false */
  readonly proven?: boolean;
  readonly tags?: TagChanges;
}

/** Kinds of {@link SessionNews}. */
export const News = {
  /** A new session, of this connection: with its secret, or with none where it ends with its connection. */
  OPEN: 0,
  /** A connection wants to go on with it: asked, and answered by its {@link SessionState}, or by nothing. */
  RESUME: 1,
  /** Its connection is gone. */
  LEFT: 2,
  /** It has another user, or other tags. */
  CHANGED: 3,
  SUBSCRIBED: 4,
  UNSUBSCRIBED: 5,
} as const;

/** What a socket worker tells the primary of a session, as the data of a SESSION frame; the frame's channel is its id. */
export type SessionNews =
  | readonly [kind: typeof News.OPEN, connection: string, secret: string | null]
  | readonly [kind: typeof News.RESUME, connection: string, secret: string, turn: number | null, user: string | null]
  | readonly [kind: typeof News.LEFT, connection: string]
  | readonly [kind: typeof News.CHANGED, change: SessionChange]
  | readonly [kind: typeof News.SUBSCRIBED | typeof News.UNSUBSCRIBED, channel: string];

/** What a socket worker is told of a session that has been ended: its connection, and the code to close that with. */
export type SessionEnd = readonly [connection: string, code: number];

/** How the primary answers RESUME, where that cannot be, but the session is there. */
export const NOT_NOW = "not now";

/** How the primary answers RESUME of a session whose client has to prove who it is, and has not. */
export const UNPROVEN = "unproven";

/** How the primary answers RESUME: nothing where there is no such session. */
export type SessionAnswer =
  | readonly [user: string | null, tags: Tags, channels: string[], proven: boolean]
  | typeof NOT_NOW
  | typeof UNPROVEN;
