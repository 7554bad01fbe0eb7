import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { DecodeError } from "../../shared/budget.ts";
import { type Deflate, inflatedTooBig } from "../../shared/deflate.ts";

/** Raw DEFLATE by node:zlib: the bytes pako reads and writes in browsers, at a fraction of the cost. */
export const zlibDeflate: Deflate = {
  deflate: (bytes) => deflateRawSync(bytes),

  inflate(bytes, maxLength) {
    try {
      // stops while inflating, not after
      return inflateRawSync(bytes, { maxOutputLength: Math.max(1, maxLength) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw inflatedTooBig(maxLength);
      throw new DecodeError("The deflated message is broken.", "content", { cause: error });
    }
  },
};

/** Deflates to whole, byte-aligned blocks of a stream that goes on; see `EventFrames`. */
export function deflateBlocks(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}
