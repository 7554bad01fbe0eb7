import type { SessionChange } from "../sessions/session-state.ts";

/** The process that a session's connection lives in, as far as sessions are concerned. */
export interface SessionHolder {
  /** The session goes on with a connection of another process. */
  moved(session: string, connection: string): void;
  /** A call in another process, which it came from, has said so. */
  changed(session: string, change: SessionChange): void;
  /** The session is over, and so is its connection, with this close code. */
  ended(session: string, connection: string, code: number): void;
  /** Passes on what all connections of a user are to be told. @returns false where too much waits for the process */
  tellUser(user: string, data: Uint8Array): boolean;
}
