import { createHash, timingSafeEqual } from "node:crypto";
import type { Place } from "../list.ts";
import { NO_TAGS, type Tags } from "../tags/tags.ts";
import type { SessionHolder } from "./session-holder.ts";

/** A session, as the primary keeps it. */
export interface StoredSession {
  readonly id: string;
  /** What tells its secret from others, without being it; undefined where nobody can go on with it. */
  readonly digest: string | undefined;
  user: string | undefined;
  proven: boolean;
  tags: Tags;
  /** Made with the first one. */
  channels: Set<string> | undefined;
  /** Where its connection is; undefined while it has none. */
  holder: SessionHolder | undefined;
  /** Its connection, or the last that it had. */
  connection: string;
  /** The highest that was said. */
  turn: number;
  /** When it lost its connection, by `performance.now()`. */
  leftAt: number;
  /** Its place among those that are away, if it is. */
  away: Place<StoredSession> | undefined;
  /** How often all of them had been written for other hosts when it was last. */
  written: number;
  /** The last of the changes by other hosts of which this one has heard all before. */
  heard: number;
}

/** One that nothing is known of yet. */
export function newSession(id: string, connection: string, digest: string | undefined): StoredSession {
  // without spreading anything: an object that is made so has a shape of its own, which takes more room than it
  return {
    id,
    digest,
    connection,
    user: undefined,
    proven: false,
    tags: NO_TAGS,
    channels: undefined,
    holder: undefined,
    turn: -1,
    leftAt: 0,
    away: undefined,
    written: 0,
    heard: 0,
  };
}

/** What is kept of a secret: whoever reads that cannot go on with the session. A secret is random, and long. */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}

/** Whether that is a session's secret, in a time that tells nothing of where two differ. */
export function isSecretOf({ digest }: StoredSession, secret: string): boolean {
  return digest !== undefined && timingSafeEqual(Buffer.from(digest), Buffer.from(digestOf(secret)));
}
