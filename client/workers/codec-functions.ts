// `client-codec.mjs`: what a client's web workers do for it. They import it; nothing of it is evaluated text.
import type { DecodeError } from "../../shared/budget.ts";
import { createCompactCodec } from "../../shared/compact-codec.ts";
import { concatenate } from "../../shared/concatenate.ts";
import { INFLATE_ERRORS } from "../../shared/deflate.ts";
import { arrayHead } from "../../shared/msgpack-frames.ts";
import type { Decoded } from "../codec-helper.ts";
import { DECODE_BUDGET } from "../decode-budget.ts";
import { createPageDeflate } from "../page-deflate.ts";

const codec = createCompactCodec({ deflate: createPageDeflate(INFLATE_ERRORS), budget: DECODE_BUDGET });

/** Decodes a frame. What is malformed is an answer like any other. */
export function fugitiveDecode(frame: Uint8Array): Decoded {
  try {
    return [codec.decode(frame)];
  } catch (error) {
    // a codec throws nothing else
    const { message, reason, cause } = error as DecodeError;
    return [undefined, message, reason, cause];
  }
}

/** Makes a frame of so many encoded messages, deflated where that pays. */
export function fugitiveFrame(messages: Uint8Array, count: number): Uint8Array {
  return codec.frame([count === 1 ? messages : concatenate([arrayHead(count), messages])]);
}
