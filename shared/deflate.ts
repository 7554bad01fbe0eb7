import { DecodeError } from "./budget.ts";

/** Raw DEFLATE (RFC 1951), both ways. Every implementation gives bytes that every other inflates. */
export interface Deflate {
  /** May give back the very bytes where deflating them is not worth it; whoever takes less than it gave knows by that. */
  deflate(bytes: Uint8Array): Uint8Array;
  /**
   * @param maxLength bytes allowed to come out; checked while inflating, never after
   * @throws DecodeError where the bytes are broken, or where more comes out than allowed
   */
  inflate(bytes: Uint8Array, maxLength: number): Uint8Array;
}

export function inflatedTooBig(maxLength: number): DecodeError {
  return new DecodeError(`The message inflates to more than ${maxLength} bytes.`, "size");
}

/** The errors of inflating, for an implementation that is apart from the rest and yet must throw the same. */
export interface InflateErrors {
  broken(): DecodeError;
  tooBig(maxLength: number): DecodeError;
}

export const INFLATE_ERRORS: InflateErrors = {
  broken: () => new DecodeError("The deflated message is broken."),
  tooBig: inflatedTooBig,
};
