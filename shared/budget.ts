/** What one message may cost to decode, checked on its bytes before anything is allocated for it. */
export interface Budget {
  /** Bytes of the message, inflated. @default 1_048_576 */
  readonly maxPayload: number;
  /** Arrays and objects inside one another. @default 64 */
  readonly maxDepth: number;
  /** Values in the whole message, keys included. @default 100_000 */
  readonly maxElements: number;
}

export const DEFAULT_BUDGET: Budget = { maxPayload: 1_048_576, maxDepth: 64, maxElements: 100_000 };

/** A frame that cannot, or must not, be decoded. The only error that decoding throws. */
export class DecodeError extends Error {
  /** `size` means larger than allowed, before or after inflating; everything else is `content`. */
  readonly reason: "size" | "content";

  constructor(message: string, reason: "size" | "content" = "content", options?: ErrorOptions) {
    super(message, options);
    this.name = "DecodeError";
    this.reason = reason;
  }
}

/** A value that cannot be encoded, like a BigInt of more than 64 bits. The only error that encoding throws. */
export class EncodeError extends Error {
  constructor(cause: unknown) {
    super(`This value cannot be encoded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "EncodeError";
  }
}

export function tooDeep(budget: Budget): DecodeError {
  return new DecodeError(`The message nests deeper than ${budget.maxDepth} levels.`);
}

export function tooManyElements(budget: Budget): DecodeError {
  return new DecodeError(`The message has more than ${budget.maxElements} elements.`);
}

export function tooBig(budget: Pick<Budget, "maxPayload">): DecodeError {
  return new DecodeError(`The message is larger than ${budget.maxPayload} bytes.`, "size");
}
