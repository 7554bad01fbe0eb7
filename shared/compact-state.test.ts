import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BUDGET, DecodeError } from "./budget.ts";
import { createCompactDecoder } from "./compact-decode.ts";
import { createCompactEncoder } from "./compact-encode.ts";
import { bigEndian, bytes, repeated } from "./test/bytes.ts";
import { plainBytes } from "./test/data.ts";

/** An encoder and a decoder that have seen no message yet. */
function fresh() {
  const decode = createCompactDecoder();
  return { encode: createCompactEncoder(), decode: (message: Uint8Array) => decode(message, DEFAULT_BUDGET) };
}

describe("the compact encoder", () => {
  it("gives bytes that no later message writes into, however large they are", () => {
    const { encode, decode } = fresh();
    const sizes = [1, 100, 3_000, 70_000, 200_000, 10, 100_000, 1];
    const pieces = sizes.map((size, index) => encode([index, "x".repeat(size)]));
    pieces.forEach((piece, index) => {
      expect(decode(piece)).toEqual([index, "x".repeat(sizes[index] ?? 0)]);
    });
  });

  it("keeps no more memory for a small message than it needs, be it after a large one", () => {
    const { encode } = fresh();
    encode("x".repeat(1_000_000));
    expect(encode("small").buffer.byteLength).toBe(6);
  });

  it("may be called by what it encodes", () => {
    const { encode, decode } = fresh();
    const nested = (depth: number): unknown =>
      depth === 0
        ? "innermost"
        : { constructor: undefined, toJSON: () => encode([nested(depth - 1), "y".repeat(900)]) };
    let decoded: unknown = [decode(encode({ before: "b", inner: nested(5), after: "z".repeat(5_000) }))];
    expect(decoded).toMatchObject([{ before: "b", after: "z".repeat(5_000) }]);
    decoded = (decoded as [{ inner: Uint8Array }])[0].inner;
    for (let depth = 0; depth < 5; depth++) {
      const [inner, filler] = decode(decoded as Uint8Array) as unknown[];
      expect(filler).toBe("y".repeat(900));
      decoded = inner;
    }
    expect(decoded).toBe("innermost");
  });

  it("encodes the next message as if nothing had been, after one that failed anywhere", () => {
    const { encode, decode } = fresh();
    const failing = {
      get field(): unknown {
        throw new Error("no");
      },
    };
    const catching = {
      constructor: undefined,
      toJSON(): unknown {
        expect(() => encode(["some text", failing])).toThrow("no");
        return "caught";
      },
    };
    for (let count = 0; count < 600; count++) expect(() => encode([[["text", failing]]])).toThrow("no");
    expect(decode(encode(["before", catching, "after"]))).toEqual(["before", "caught", "after"]);
  });

  it("takes 512 levels, and refuses 513 and what is circular before it has filled the memory", () => {
    const { encode } = fresh();
    const nested = (levels: number): unknown => (levels === 1 ? [] : [nested(levels - 1)]);
    expect(encode(nested(512))).toHaveLength(512);
    expect(() => encode(nested(513))).toThrow("nests deeper than 512 levels");
    const circle: Record<string, unknown> = { filler: "x".repeat(10_000) };
    circle.left = circle;
    circle.right = circle;
    expect(() => encode(circle)).toThrow("circular");
  });
});

describe("the compact decoder", () => {
  it("takes no name for another that looks like it", () => {
    const { encode, decode } = fresh();
    // of few letters and the same length, so that they meet where names are remembered
    const names = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é", "\u0000"), maxLength: 6 }));
    fc.assert(
      fc.property(names, (list) => {
        const fields = Object.fromEntries(list.map((name, index) => [name, index]));
        expect(decode(encode([list, fields]))).toEqual([list, fields]);
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same texts again, also where the bytes of the first are gone", () => {
    const { encode, decode } = fresh();
    const message = encode({ name: "value" });
    const first = decode(message);
    message.fill(0xff);
    expect([first, decode(encode({ name: "value" }))]).toEqual([{ name: "value" }, { name: "value" }]);
  });

  it("gives copies of binary data, of a Buffer as well", () => {
    const { encode, decode } = fresh();
    const message = Buffer.from(encode(Uint8Array.of(1, 2, 3)));
    const data = decode(message) as Uint8Array;
    message.fill(0xff);
    expect([plainBytes(data), data.buffer.byteLength]).toEqual([[1, 2, 3], 3]);
  });

  it("reads nothing beside a message that is part of something larger", () => {
    const { encode, decode } = fresh();
    for (const data of ["text", "a text of more than thirty-two bytes", 1.5, 70_000, new Date(1_500), [[]], { a: 1 }]) {
      const alone = encode(data);
      const whole = bytes("some before", alone, "some behind");
      const part = whole.subarray(11, 11 + alone.length);
      expect(decode(part)).toEqual(data);
      for (let length = 0; length < alone.length; length++) {
        expect(() => decode(part.subarray(0, length))).toThrow(DecodeError);
      }
    }
  });

  it("decodes the next message as if nothing had been, after one that was refused anywhere", () => {
    const { decode } = fresh();
    const deep = repeated(bytes(0x91), 64);
    for (let count = 0; count < 10; count++) {
      // a batch, which has a level more
      expect(() => decode(bytes(deep, 0x91, 0x91, 0xc0))).toThrow("nests deeper");
      expect(() => decode(bytes(deep, 0x91, 0xc1))).toThrow("0xc1");
      expect(() => decode(bytes(0xdd, bigEndian(100_001, 4)))).toThrow("elements");
    }
    expect(() => decode(bytes(0x92, 0x0e, repeated(bytes(0x91), 64), 0xc0))).toThrow("nests deeper than 64");
    expect(decode(bytes(0x92, 0x0e, repeated(bytes(0x91), 62), 0x90))).toHaveLength(2);
  });
});
