import { CLOSE_CODES, type CloseCode } from "../shared/codes.ts";
import type { ServerMessage } from "../shared/message.ts";

/** The close code of a connection that ended without a word. */
export const LOST = 1006;

/** Why there is a wait that follows no failure. */
export const UNSEEN = "dials when the page is visible";

/** `waiting`: not connected, and waiting for the moment to dial (again). `closed`: for good. */
export type LinkState = "connecting" | "open" | "waiting" | "closed";

/** Why a link is in a new state. */
export interface StateReason {
  /** In words, for people. */
  readonly text: string;
  /** Where a connection was closed: a close code of the protocol's table, or 1006 where it ended without a word. */
  readonly code?: number;
  /** While waiting for a moment: milliseconds until the next attempt. Without it, `waiting` waits for the page to be seen. */
  readonly retryMs?: number;
  /** Which retry is to come, or has begun, since the last connection that lasted; from 1. */
  readonly attempt?: number;
}

/** What a link tells. */
export interface LinkListener {
  state(state: LinkState, reason: StateReason): void;
  /** A message that is well-formed and not the link's own business, in order of arrival. */
  message(message: ServerMessage): void;
  /** Something came that is no message. */
  ignored(error: unknown): void;
}

/** A way to the server: one connection, or one that comes back. */
export interface Link {
  readonly state: LinkState;
  /** Sends an encoded message; what is sent while the link is not open may be lost. */
  send(piece: Uint8Array): void;
  /** Finds out soon whether the other side is still there. */
  probe(): void;
  /** Closes for good, after sending what is still to be sent. */
  close(reason: StateReason): void;
}

/** @param text the other side's words, or the table's where it had none */
export function stateReason(code: number, text: string): StateReason {
  return { code, text: text || (CLOSE_CODES[code as CloseCode]?.text ?? "connection lost") };
}
