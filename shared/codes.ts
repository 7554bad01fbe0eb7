/**
 * The one table of error codes and the one of close codes. Everything that depends on a code is derived from here:
 * its default text, whether a retry may help, and what a client does after a close.
 */
interface ErrorCodeInfo {
  /** Default text for people. */
  readonly text: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retry: boolean;
}

export const ERROR_CODES = {
  BAD_REQUEST: { text: "The request is malformed.", retry: false },
  UNAUTHENTICATED: { text: "Who you are is not known; a valid token is needed.", retry: false },
  FORBIDDEN: { text: "You may not do this.", retry: false },
  NOT_FOUND: { text: "There is nothing of that name.", retry: false },
  CONFLICT: { text: "This contradicts the current state.", retry: false },
  TOO_LARGE: { text: "The message is larger than allowed.", retry: false },
  TIMEOUT: { text: "The time allowed ran out.", retry: true },
  CANCELLED: { text: "The caller cancelled.", retry: false },
  RATE_LIMITED: { text: "Too many requests; wait before the next.", retry: true },
  OVERLOADED: { text: "Too much is going on; try again later.", retry: true },
  UNAVAILABLE: { text: "Not available right now; try again later.", retry: true },
  INTERNAL: { text: "Something went wrong on the other side.", retry: false },
} as const satisfies Record<string, ErrorCodeInfo>;

/** A code of the protocol's own. An application may throw others on purpose. */
export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * Whether a call that is answered with `code` was refused before anything was done, so that it may be made again as it is.
 * An application that throws one of these says so of itself.
 */
export function isRefusal(code: string): boolean {
  return code === "OVERLOADED" || code === "RATE_LIMITED";
}

/** What a client does after a close: come back, wait long before it, ask for a new token once, or stop. */
export type AfterClose = "reconnect" | "reconnect-later" | "new-token" | "stop";

interface CloseCodeInfo {
  readonly text: string;
  readonly next: AfterClose;
}

export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_FRAME: 1003,
  UNDECODABLE: 1007,
  TOO_BIG: 1009,
  RESTART: 1012,
  TRY_LATER: 1013,
  NONSENSE: 4400,
  UNAUTHENTICATED: 4401,
  BANNED: 4403,
  NO_HEARTBEAT: 4408,
  FLOODING: 4429,
  SLOW_READER: 4508,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

export const CLOSE_CODES: Readonly<Record<CloseCode, CloseCodeInfo>> = {
  1000: { text: "done", next: "stop" },
  1001: { text: "going away", next: "reconnect" },
  1002: { text: "broken frame", next: "stop" },
  1003: { text: "wrong kind of frame", next: "stop" },
  1007: { text: "undecodable message", next: "stop" },
  1009: { text: "message too big", next: "stop" },
  1012: { text: "restart", next: "reconnect" },
  1013: { text: "try later", next: "reconnect" },
  4400: { text: "keeps sending nonsense", next: "stop" },
  4401: { text: "not authenticated in time, or the token expired", next: "new-token" },
  4403: { text: "banned", next: "stop" },
  4408: { text: "no heartbeat", next: "reconnect" },
  4429: { text: "flooding", next: "reconnect-later" },
  4508: { text: "too slow a reader", next: "reconnect" },
};

/** What a client does after a close with `code`. A code that nobody agreed on, like 1006, is a lost network: reconnect. */
export function afterClose(code: number): AfterClose {
  const known = CLOSE_CODES as Readonly<Record<number, CloseCodeInfo | undefined>>;
  return known[code]?.next ?? "reconnect";
}
