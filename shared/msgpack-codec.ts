import { addExtension, Packr, Unpackr } from "msgpackr";
import { EncodeError } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { concatenate } from "./concatenate.ts";
import { checkMsgpack } from "./msgpack-budget.ts";
import { createFrameCodec, type MsgpackOptions } from "./msgpack-frames.ts";

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

/** What a plain object is an instance of that msgpackr takes for none: it has a field `constructor`, as clients may send. */
const ODDLY_PLAIN = {
  [Symbol.hasInstance](value: object): boolean {
    const { toJSON } = value as { toJSON?: unknown };
    return Object.getPrototypeOf(value) === Object.prototype && typeof toJSON !== "function";
  },
};

// Its field `toJSON`, if it has one, is data like any other; msgpackr would call it.
addExtension({ Class: ODDLY_PLAIN, write: (value: unknown) => value } as unknown as Parameters<typeof addExtension>[0]);

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

/** The codec of `fugitive.v1.msgpack`, by msgpackr. */
export function createMsgpackCodec(options: MsgpackOptions): Codec<Uint8Array> {
  const packr = new Packr(FORMAT);
  const unpackr = new Unpackr(FORMAT);
  return createFrameCodec(
    {
      pack: (value) => packr.pack(value),
      unpack(bytes, budget) {
        checkMsgpack(bytes, budget);
        return unpackr.unpack(bytes);
      },
    },
    options,
  );
}

function encoded(packr: Packr, value: unknown): Uint8Array {
  try {
    return packr.pack(value);
  } catch (error) {
    throw new EncodeError(error);
  }
}
