import type { Connection } from "../connection/connection.ts";

/** Told of what becomes of connections by their sessions. */
export interface SessionsListener {
  /** Its session has, or may have, another user. */
  userChanged(connection: Connection): void;
  /** It has, or may have, other tags. */
  tagsChanged(connection: Connection): void;
  /** Tags that come with who its client is do not fit. */
  refused(error: unknown): void;
}
