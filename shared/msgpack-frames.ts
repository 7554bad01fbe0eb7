import { type Budget, DEFAULT_BUDGET, DecodeError, EncodeError, tooBig } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { concatenate } from "./concatenate.ts";
import type { Deflate } from "./deflate.ts";

/** The one byte MessagePack never uses marks a deflated message. */
export const DEFLATED = 0xc1;

export interface MsgpackOptions {
  readonly deflate: Deflate;
  /** What a frame may cost to decode. */
  readonly budget?: Budget;
  /** Messages and batches of at least this many bytes are deflated. @default 1024 */
  readonly deflateThreshold?: number;
}

/** What turns values into MessagePack and back; either may throw anything. */
export interface Packing {
  pack(value: unknown): Uint8Array;
  /** Is given bytes from outside, and answers for it that they cost no more than the budget. */
  unpack(bytes: Uint8Array, budget: Budget): unknown;
}

/** The codec of `fugitive.v1.msgpack` over an implementation of MessagePack. */
export function createFrameCodec({ pack, unpack }: Packing, options: MsgpackOptions): Codec<Uint8Array> {
  const { deflate, budget = DEFAULT_BUDGET, deflateThreshold = 1024 } = options;

  function deflated(bytes: Uint8Array): Uint8Array {
    const small = deflate.deflate(bytes);
    if (small.length + 1 >= bytes.length) return bytes;
    return concatenate([Uint8Array.of(DEFLATED), small]);
  }

  return {
    binary: true,

    encode(message) {
      try {
        return pack(message);
      } catch (error) {
        throw new EncodeError(error);
      }
    },

    frame(pieces) {
      const whole = pieces.length === 1 ? (pieces[0] as Uint8Array) : batch(pieces);
      return whole.length >= deflateThreshold ? deflated(whole) : whole;
    },

    decode(frame) {
      if (frame.length > budget.maxPayload) throw tooBig(budget);
      const bytes = frame[0] === DEFLATED ? deflate.inflate(frame.subarray(1), budget.maxPayload) : frame;
      try {
        return unpack(bytes, budget);
      } catch (error) {
        if (error instanceof DecodeError) throw error;
        throw new DecodeError("The message is no MessagePack.", "content", { cause: error });
      }
    },
  };
}

/** An array of messages is its head followed by the messages' own bytes. */
function batch(pieces: readonly Uint8Array[]): Uint8Array {
  return concatenate([arrayHead(pieces.length), ...pieces]);
}

/** What stands before so many messages in a batch. */
export function arrayHead(count: number): Uint8Array {
  if (count < 16) return Uint8Array.of(0x90 | count);
  if (count < 0x1_0000) return Uint8Array.of(0xdc, count >> 8, count);
  return Uint8Array.of(0xdd, count >> 24, count >> 16, count >> 8, count);
}
