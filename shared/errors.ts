import { ERROR_CODES, type ErrorCode } from "./codes.ts";
import { type ErrorMessage, Kind, type MessageId } from "./message.ts";

/**
 * One program may have this class more than once, as where one module imports the client and another requires it: what
 * either throws on purpose is told by this mark, which all copies know.
 */
const BRAND = Symbol.for("fugitive.AppError");

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

// not declared, so that the types of all copies stay the same; and not within the class, which bundlers rename for that
Object.defineProperty(AppError.prototype, BRAND, { value: true });
Object.defineProperty(AppError, Symbol.hasInstance, { value: hasInstance });

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

/** What any copy of the class has made is an AppError. A class that extends it asks for its own, as classes do. */
function hasInstance(this: unknown, value: unknown): boolean {
  if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value);
  return typeof value === "object" && value !== null && BRAND in value;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

function defaultText(code: string): string {
  return isErrorCode(code) ? ERROR_CODES[code].text : code;
}
