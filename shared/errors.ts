import { ERROR_CODES, type ErrorCode } from "./codes.ts";
import { type ErrorMessage, Kind, type MessageId } from "./message.ts";

/**
 * An error thrown on purpose: its code, message and details reach the other side as they are.
 * Whatever else is thrown reaches it as `INTERNAL` without detail.
 *
 * @example throw new AppError("SOLD_OUT", "The last seat went a second ago.", { show: 12 });
 */
export class AppError extends Error {
  /** A code of the protocol's table, or the application's own, in capitals by convention. */
  readonly code: ErrorCode | (string & {});
  /** Anything that encodes; sent to the other side. */
  readonly details: unknown;

  constructor(code: ErrorCode | (string & {}), message?: string, details?: unknown, options?: ErrorOptions) {
    super(message ?? defaultText(code), options);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }

  /** Whether the same request may succeed later, unchanged. */
  get retry(): boolean {
    return isErrorCode(this.code) && ERROR_CODES[this.code].retry;
  }
}

/** The one function that turns an error into a reply. Unknown errors are masked; the caller of this logs them. */
export function errorReply(id: MessageId | null, error: unknown): ErrorMessage {
  if (!(error instanceof AppError)) return [Kind.ERROR, id, "INTERNAL", ERROR_CODES.INTERNAL.text];
  if (error.details === undefined) return [Kind.ERROR, id, error.code, error.message];
  return [Kind.ERROR, id, error.code, error.message, error.details];
}

/** The reverse: what the other side's ERROR throws on this one. */
export function errorFromReply(reply: ErrorMessage): AppError {
  return new AppError(reply[2], reply[3], reply[4]);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

function defaultText(code: string): string {
  return isErrorCode(code) ? ERROR_CODES[code].text : code;
}
