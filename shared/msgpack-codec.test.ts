import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EncodeError } from "./budget.ts";
import { Kind, type Message } from "./message.ts";
import { createMsgpackCodec, createPack } from "./msgpack-codec.ts";
import { portableDeflate } from "./portable-deflate.ts";
import { MSGPACK_CODECS } from "./test/codecs.ts";
import { comparable, msgpackData, plainBytes } from "./test/data.ts";

function dataOf(decoded: unknown): unknown {
  return (decoded as unknown[])[1];
}

/** Data that deflates to nearly nothing, or not at all. */
const FILLER = "a".repeat(2_000);
const NOISE = Uint8Array.from({ length: 2_000 }, (_, index) => Math.abs(Math.sin(index) * 1e9) & 0xff);

describe.each(MSGPACK_CODECS)("the codec, %s,", (_, createCodec) => {
  const codec = createCodec({ deflate: portableDeflate });

  /** A message with this data, there and back. */
  function roundTrip(data: unknown): unknown {
    return codec.decode(codec.frame([codec.encode([Kind.PING, data])]));
  }

  it("allows a message in a batch the depth it allows the message alone", () => {
    const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
    const deepest = codec.encode([Kind.PING, nested(62)]);
    const tooDeep = codec.encode([Kind.PING, nested(63)]);
    expect(() => codec.decode(codec.frame([deepest]))).not.toThrow();
    expect(() => codec.decode(codec.frame([deepest, deepest]))).not.toThrow();
    expect(() => codec.decode(codec.frame([tooDeep]))).toThrow("nests deeper");
    expect(() => codec.decode(codec.frame([deepest, tooDeep]))).toThrow("nests deeper");
  });

  it("never gives strings that are no well-formed Unicode, so that they can be passed on", () => {
    const decoded = (bytes: number[]) => codec.decode(Buffer.from([0x92, Kind.PING, 0xa0 + bytes.length, ...bytes]));
    expect(decoded([0xed, 0xa0, 0x80])).toEqual([Kind.PING, expect.stringMatching(/^\ufffd+$/)]);
    expect(decoded([0xf0, 0x8d, 0xa0, 0x80])).toEqual([Kind.PING, expect.stringMatching(/^\ufffd+$/)]);
    expect(decoded([0xf0, 0x9f, 0x98, 0x80])).toEqual([Kind.PING, "😀"]);
  });

  it("gives back whatever data goes in", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        expect(comparable(roundTrip(data))).toEqual(comparable([Kind.PING, data]));
      }),
      { numRuns: 500 },
    );
  });

  it("gives back batches of 1 to 20 messages in order", () => {
    fc.assert(
      fc.property(fc.array(msgpackData, { minLength: 1, maxLength: 20 }), (items) => {
        const messages = items.map((data, id): Message => [Kind.RESULT, id, data]);
        const decoded = codec.decode(codec.frame(messages.map((message) => codec.encode(message))));
        expect(comparable(decoded)).toEqual(comparable(messages.length === 1 ? messages[0] : messages));
      }),
    );
  });

  it.each([15, 16, 65_535, 65_536])("writes a batch of %i messages under a head that fits", (count) => {
    const roomy = { maxPayload: 1_000_000, maxDepth: 2, maxElements: 200_000 };
    const { encode, frame, decode } = createCodec({ deflate: portableDeflate, budget: roomy });
    const pieces = Array.from({ length: count }, (_, index) => encode([Kind.CANCEL, index % 100]));
    const decoded = decode(frame(pieces)) as unknown[];
    expect(decoded).toHaveLength(count);
    expect(decoded.every((message, index) => dataOf(message) === index % 100)).toBe(true);
  });

  it("writes the bytes that the specification of MessagePack asks for", () => {
    const piece = codec.encode([Kind.CALL, 7, "math.add", { x: 1, y: -2.5 }]);
    const expected = "9402 07 a8 6d6174682e616464 82 a178 01 a179 cb c004000000000000".replaceAll(" ", "");
    expect(Buffer.from(piece).toString("hex")).toBe(expected);
    const batch = codec.frame([piece, codec.encode([Kind.PING])]);
    expect(Buffer.from(batch).toString("hex")).toBe(`92${expected}910e`);
  });

  it("says that its frames are binary", () => {
    expect(codec.binary).toBe(true);
  });

  it("deflates from the threshold on, and marks it with the byte that MessagePack never uses", () => {
    const piece = codec.encode([Kind.PING, FILLER]);
    const at = createCodec({ deflate: portableDeflate, deflateThreshold: piece.length }).frame([piece]);
    expect(at[0]).toBe(0xc1);
    expect(at.length).toBeLessThan(100);
    expect(codec.decode(at)).toEqual([Kind.PING, FILLER]);
    const below = createCodec({ deflate: portableDeflate, deflateThreshold: piece.length + 1 }).frame([piece]);
    expect([...below]).toEqual([...piece]);
  });

  it("deflates from 1,024 bytes on by default", () => {
    // an array of two, its kind, and a text's head of three bytes make five more
    expect(codec.frame([codec.encode([Kind.PING, "a".repeat(1_019)])])[0]).toBe(0xc1);
    expect(codec.frame([codec.encode([Kind.PING, "a".repeat(1_018)])])[0]).not.toBe(0xc1);
  });

  it("deflates a batch as one, even where each of its messages is small", () => {
    const pieces = Array.from({ length: 100 }, (_, id) => codec.encode([Kind.CALL, id, "test.echo", "hello"]));
    const frame = codec.frame(pieces);
    expect(frame[0]).toBe(0xc1);
    expect(codec.decode(frame)).toHaveLength(100);
  });

  it("leaves what deflating makes no smaller as it is", () => {
    const piece = codec.encode([Kind.PING, NOISE]);
    expect([...codec.frame([piece])]).toEqual([...piece]);
  });

  it("decodes a deflated frame of any size, whatever its own threshold", () => {
    const small = codec.encode([Kind.PONG, "x"]);
    const frame = Uint8Array.of(0xc1, ...portableDeflate.deflate(small));
    expect(codec.decode(frame)).toEqual([Kind.PONG, "x"]);
  });

  it("encodes at once: the data may change afterwards", () => {
    const data = { items: [1, 2] };
    const piece = codec.encode([Kind.PING, data]);
    data.items.push(3);
    expect(codec.decode(codec.frame([piece]))).toEqual([Kind.PING, { items: [1, 2] }]);
  });

  it("never writes into a piece that it has handed out", () => {
    const piece = codec.encode([Kind.PING, "the first"]);
    const copy = [...piece];
    for (let count = 0; count < 5_000; count++) codec.encode([Kind.PING, "another, and a longer one at that"]);
    expect([...piece]).toEqual(copy);
  });

  it("decodes binary data to bytes of its own, which outlive the frame", () => {
    const frame = Uint8Array.from(codec.frame([codec.encode([Kind.PING, Uint8Array.of(1, 2, 3)])]));
    const decoded = dataOf(codec.decode(frame)) as Uint8Array;
    frame.fill(0xff);
    expect(plainBytes(decoded)).toEqual([1, 2, 3]);
  });

  it("has no undefined, no function and no invalid date: they arrive as null", () => {
    expect(roundTrip([undefined, () => 1, new Date(Number.NaN)])).toEqual([Kind.PING, [null, null, null]]);
  });

  it("gives a number where an integer fits one exactly, and a BigInt beyond", () => {
    const given = [5n, -5n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 64n - 1n, -(2n ** 63n)];
    expect(dataOf(roundTrip(given))).toEqual([5, -5, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 64n - 1n, -(2n ** 63n)]);
  });

  it("refuses what it cannot encode, and encodes the next message as if nothing had been", () => {
    const circular: unknown[] = [];
    circular.push(circular);
    const throwing = {
      get value(): unknown {
        throw new Error("no");
      },
    };
    for (const data of [2n ** 64n, Symbol("s"), circular, throwing]) {
      expect(() => codec.encode([Kind.PING, ["some text first", data]])).toThrow(EncodeError);
      expect(roundTrip("next")).toEqual([Kind.PING, "next"]);
    }
  });

  it("sends a view of every class as the bytes it is, and not one more", () => {
    const buffer = Uint8Array.from({ length: 64 }, (_, index) => index).buffer;
    const classes = [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
    ];
    for (const View of classes) {
      const view = new View(buffer, 16, 2);
      const piece = codec.encode([Kind.PING, view]);
      // an array of two, its kind, and a head of two bytes
      expect([View.name, piece.length]).toEqual([View.name, 4 + view.byteLength]);
      expect(plainBytes(dataOf(codec.decode(codec.frame([piece]))) as Uint8Array)).toEqual(plainBytes(view));
    }
    const view = new DataView(buffer, 8, 3);
    expect(plainBytes(dataOf(roundTrip(view)) as Uint8Array)).toEqual([8, 9, 10]);
    expect(plainBytes(dataOf(roundTrip(buffer)) as Uint8Array)).toHaveLength(64);
  });
});

describe("createPack", () => {
  it("packs a piece of data to what a message holds of it", () => {
    const codec = createMsgpackCodec({ deflate: portableDeflate });
    const pack = createPack();
    const data = { text: "fox", list: [1, 2, 3] };
    const piece = codec.encode([Kind.PING, data]);
    expect([...pack.pack(data)]).toEqual([...piece.subarray(2)]);
    expect(pack.unpack(pack.pack(data))).toEqual(data);
  });

  it("refuses what cannot be encoded", () => {
    expect(() => createPack().pack(2n ** 64n)).toThrow(EncodeError);
  });
});
