import { addExtension, Packr, Unpackr } from "msgpackr";
import { type Budget, DEFAULT_BUDGET, DecodeError, EncodeError, tooBig } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { concatenate } from "./concatenate.ts";
import type { Deflate } from "./deflate.ts";
import type { Message } from "./message.ts";
import { checkMsgpack } from "./msgpack-budget.ts";

/** The one byte MessagePack never uses marks a deflated message. */
export const DEFLATED = 0xc1;

export interface MsgpackOptions {
  readonly deflate: Deflate;
  /** What a frame may cost to decode. */
  readonly budget?: Budget;
  /** Messages and batches of at least this many bytes are deflated. @default 1024 */
  readonly deflateThreshold?: number;
}

// Plain MessagePack, readable by any implementation: no msgpackr records (they save nothing on small messages, and
// compile functions, which a strict page policy forbids), no extension for undefined, no views into a reused buffer.
// "auto" gives a number where it is exact and a BigInt beyond; msgpackr's types do not list it.
const FORMAT = {
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  encodeUndefinedAsNil: true,
  int64AsType: "auto" as "bigint",
  copyBuffers: true,
  // otherwise an invalid Date becomes an extension that every receiver refuses, this one included; JSON has null, too
  onInvalidDate: () => null,
};

// Without an extension of their own, msgpackr 2.1.3 writes typed arrays by element but with their length in bytes, so
// that bytes of other messages leak into the gap, and a DataView as nothing. Here they travel as the bytes they are.
// (Extensions are process-wide.)
for (const Class of [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
]) {
  addExtension({
    Class,
    write: (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  } as unknown as Parameters<typeof addExtension>[0]);
}

/** A piece of plain MessagePack, for what is encoded apart from a message, like a publication's data. */
export interface Pack {
  /** Encodes. The bytes are part of a larger buffer, which others may share. */
  pack(value: unknown): Uint8Array;
  /** The same into a buffer that is nobody else's, so that it can be transferred to another thread. */
  packAlone(value: unknown): Uint8Array<ArrayBuffer>;
  /** Encodes an array of fewer than 15 values, the last one of which, encoded already, comes on top. */
  packAround(first: readonly unknown[], last: Uint8Array): Uint8Array;
  /** Decodes what `pack` made; for bytes from outside use a codec, which has a budget. */
  unpack(bytes: Uint8Array): unknown;
}

export interface PackOptions {
  /** Whether binary data is decoded as views of the bytes it came in, which then belong to it, not as copies. @default false */
  readonly views?: boolean;
}

export function createPack({ views = false }: PackOptions = {}): Pack {
  const packr = new Packr(FORMAT);
  const unpackr = new Unpackr({ ...FORMAT, copyBuffers: !views });
  return {
    pack: (value) => encoded(packr, value),
    packAlone: (value) => Uint8Array.prototype.slice.call(encoded(packr, value)),
    packAround(first, last) {
      const whole = concatenate([encoded(packr, first), last]);
      whole[0] = 0x90 | (first.length + 1);
      return whole;
    },
    unpack: (bytes) => unpackr.unpack(bytes),
  };
}

/** The codec of `fugitive.v1.msgpack`. */
export function createMsgpackCodec(options: MsgpackOptions): Codec<Uint8Array> {
  const { deflate, budget = DEFAULT_BUDGET, deflateThreshold = 1024 } = options;
  const packr = new Packr(FORMAT);
  const unpackr = new Unpackr(FORMAT);

  function deflated(bytes: Uint8Array): Uint8Array {
    const small = deflate.deflate(bytes);
    if (small.length + 1 >= bytes.length) return bytes;
    return concatenate([Uint8Array.of(DEFLATED), small]);
  }

  return {
    binary: true,

    encode: (message: Message) => encoded(packr, message),

    frame(pieces) {
      const whole = pieces.length === 1 ? (pieces[0] as Uint8Array) : batch(pieces);
      return whole.length >= deflateThreshold ? deflated(whole) : whole;
    },

    decode(frame) {
      if (frame.length > budget.maxPayload) throw tooBig(budget);
      const bytes = frame[0] === DEFLATED ? deflate.inflate(frame.subarray(1), budget.maxPayload) : frame;
      checkMsgpack(bytes, budget);
      try {
        return unpackr.unpack(bytes);
      } catch (error) {
        throw new DecodeError("The message is no MessagePack.", "content", { cause: error });
      }
    },
  };
}

function encoded(packr: Packr, value: unknown): Uint8Array {
  try {
    return packr.pack(value);
  } catch (error) {
    throw new EncodeError(error);
  }
}

/** An array of messages is its head followed by the messages' own bytes. */
function batch(pieces: readonly Uint8Array[]): Uint8Array {
  return concatenate([arrayHead(pieces.length), ...pieces]);
}

function arrayHead(count: number): Uint8Array {
  if (count < 16) return Uint8Array.of(0x90 | count);
  if (count < 0x1_0000) return Uint8Array.of(0xdc, count >> 8, count);
  return Uint8Array.of(0xdd, count >> 24, count >> 16, count >> 8, count);
}
