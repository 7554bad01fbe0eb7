import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";
import { DecodeError } from "../../shared/budget.ts";
import { type Deflate, inflatedTooBig } from "../../shared/deflate.ts";

const { Z_DEFAULT_COMPRESSION, Z_HUFFMAN_ONLY, Z_SYNC_FLUSH } = constants;
/** The default level, 6, takes two to four times as long for large messages, and saves a tenth of the bytes more at most. */
const QUICK = 1;

/** From so many bytes on it is worth the time to look first what deflating would save. */
const LARGE = 16_384;
/** What is looked at: this many bytes, in two pieces. */
const SAMPLE = 1_024;
/** A sample that stays longer than this part of itself, as of an image, says that a message had better go as it is. */
const HARDLY = 0.9;
/** So much longer may be what looks for no repetitions, in a quarter of the time. It is no longer where there are none, as in base64. */
const AS_GOOD = 1.02;

/** Raw DEFLATE by node:zlib: the bytes pako reads and writes in browsers, at a fraction of the cost. */
export const zlibDeflate: Deflate = {
  deflate(bytes) {
    const options = optionsFor(bytes, QUICK);
    return options === undefined ? bytes : deflateRawSync(bytes, options);
  },

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

/**
 * Deflates to whole, byte-aligned blocks of a stream that goes on; see `EventFrames`. As it is done once for all
 * subscribers, it takes the time to save more.
 */
export function deflateBlocks(bytes: Uint8Array): Uint8Array {
  const options = optionsFor(bytes, Z_DEFAULT_COMPRESSION);
  return options === undefined ? bytes : deflateRawSync(bytes, { ...options, finishFlush: Z_SYNC_FLUSH });
}

/** How to deflate, judged by a sample where there is much; undefined where that would save next to nothing. */
function optionsFor(bytes: Uint8Array, level: number): ZlibOptions | undefined {
  if (bytes.length < LARGE) return { level };
  const sample = sampleOf(bytes);
  const plain = deflateRawSync(sample, { strategy: Z_HUFFMAN_ONLY }).length;
  const best = deflateRawSync(sample, { level: QUICK }).length;
  if (Math.min(best, plain) > SAMPLE * HARDLY) return undefined;
  return plain > best * AS_GOOD ? { level } : { strategy: Z_HUFFMAN_ONLY };
}

function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(SAMPLE);
  const piece = SAMPLE / 2;
  for (const [index, part] of [1 / 3, 2 / 3].entries()) {
    const from = Math.floor((bytes.length - piece) * part);
    sample.set(bytes.subarray(from, from + piece), index * piece);
  }
  return sample;
}
