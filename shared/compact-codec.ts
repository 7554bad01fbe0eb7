import type { Codec } from "./codec.ts";
import { createCompactDecoder } from "./compact-decode.ts";
import { createCompactEncoder } from "./compact-encode.ts";
import { createFrameCodec, type MsgpackOptions } from "./msgpack-frames.ts";

/**
 * The codec of `fugitive.v1.msgpack` for pages, at a fifth of msgpackr's size. What either encodes, in the same bytes,
 * the other decodes to the same values.
 */
export function createCompactCodec(options: MsgpackOptions): Codec<Uint8Array> {
  return createFrameCodec({ pack: createCompactEncoder(), unpack: createCompactDecoder() }, options);
}
