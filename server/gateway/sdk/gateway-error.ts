/** What can go wrong for who uses a gateway. */
export type GatewayErrorCode =
  /** The gateway or a broker cannot be reached; what waits for it is tried again, requests are not. */
  | "UNREACHABLE"
  /** The gateway does not want to do what it was asked for: see `status`. */
  | "REFUSED"
  /** Not every socket worker has answered: see `count` and `silent`. */
  | "PARTIAL"
  /** A listener threw, or rejected: see `cause`. The event comes again. */
  | "HANDLER"
  /** An event was given up: it cannot be read, or its listeners failed too often. */
  | "EVENT";

export interface GatewayErrorDetails {
  /** Status of HTTP. */
  readonly status?: number;
  /** How many connections were reached all the same. */
  readonly count?: number;
  /** How many socket workers did not answer. */
  readonly silent?: number;
}

/** The error of everything in this module. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;
  readonly status: number | undefined;
  readonly count: number | undefined;
  readonly silent: number | undefined;

  constructor(code: GatewayErrorCode, message: string, details: GatewayErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = details.status;
    this.count = details.count;
    this.silent = details.silent;
  }
}
