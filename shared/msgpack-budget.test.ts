import fc from "fast-check";
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { type Budget, DEFAULT_BUDGET, DecodeError } from "./budget.ts";
import { createCompactDecoder } from "./compact-decode.ts";
import { checkMsgpack } from "./msgpack-budget.ts";
import { createMsgpackCodec } from "./msgpack-codec.ts";
import { portableDeflate } from "./portable-deflate.ts";
import { bigEndian, bytes, repeated } from "./test/bytes.ts";
import { comparable, msgpackData } from "./test/data.ts";
import { EXTENSIONS, HEADS } from "./test/msgpack-heads.ts";

const codec = createMsgpackCodec({ deflate: portableDeflate });
const packr = new Packr({ useRecords: false, variableMapSize: true });

/** The server checks first and decodes then, the page does both in one pass: what is refused is the same. */
const CHECKS = [
  ["checkMsgpack", checkMsgpack],
  ["the compact decoder", createCompactDecoder()],
] as const;

describe.each(CHECKS)("%s", (_, checkOrDecode) => {
  function check(message: Uint8Array, budget: Partial<Budget> = {}): void {
    checkOrDecode(message, { ...DEFAULT_BUDGET, ...budget });
  }

  /** That the message is refused at every length but its own, and with anything behind it. */
  function expectOnlyWhole(message: Uint8Array, step = 1): void {
    check(message);
    for (let length = 0; length < message.length; length += step) {
      expect(() => check(message.subarray(0, length))).toThrow(DecodeError);
    }
    expect(() => check(bytes(message, 0xc0))).toThrow("Something follows the message in its frame.");
  }

  it("knows every head from 0xc0 to 0xdf", () => {
    const known = [...HEADS, ...EXTENSIONS].map((sample) => sample.bytes[0]);
    const all = Array.from({ length: 32 }, (_, index) => 0xc0 + index);
    expect(all.filter((head) => !known.includes(head))).toEqual([0xc1]);
    expect(() => check(bytes(0xc1))).toThrow(DecodeError);
  });

  it.each(HEADS)("takes $name, whole and alone only", ({ bytes: sample, value }) => {
    expectOnlyWhole(sample);
    expectOnlyWhole(bytes(0x92, sample, sample));
    expectOnlyWhole(bytes(0x81, 0xa1, "k", sample));
    expect(comparable(codec.decode(sample))).toEqual(comparable(value));
  });

  it("takes the heads that hold their value themselves, whole and alone only", () => {
    for (let head = 0; head <= 0xff; head++) {
      if (head < 0x80 || head >= 0xe0) expectOnlyWhole(bytes(head));
      else if (head < 0x90) expectOnlyWhole(bytes(head, repeated(bytes(1, 2), head & 0x0f)));
      else if (head < 0xa0) expectOnlyWhole(bytes(head, repeated(bytes(1), head & 0x0f)));
      else if (head < 0xc0) expectOnlyWhole(bytes(head, repeated(bytes(0xc1), head & 0x1f)));
    }
  });

  it.each(EXTENSIONS)("refuses extension $name", ({ bytes: sample }) => {
    expect(() => check(sample)).toThrow(/^Extension type \d+ is not taken; only timestamps are\.$/);
    expect(() => check(bytes(0x91, sample))).toThrow(DecodeError);
    expect(() => codec.decode(sample)).toThrow(DecodeError);
  });

  it("takes whatever another encoder writes, whole and alone only", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        const message = packr.pack(data);
        // of a long one not every part is tried, as that takes time by the square of its length
        expectOnlyWhole(message, Math.ceil(message.length / 200));
      }),
      { numRuns: 100 },
    );
  });

  it("takes 64 levels and refuses 65, of arrays and of maps", () => {
    // the kind keeps it from being taken for a batch, whose own level does not count
    const arrays = (depth: number) => bytes(0x92, 0x0e, repeated(bytes(0x91), depth - 1), 0xc0);
    const maps = (depth: number) => bytes(repeated(bytes(0x81, 0xa1, "k"), depth), 0xc0);
    for (const nested of [arrays, maps]) {
      check(nested(64));
      expect(() => check(nested(65))).toThrow("The message nests deeper than 64 levels.");
    }
    // siblings are not levels
    check(bytes(0xdc, bigEndian(1_000, 2), repeated(bytes(0x90), 1_000)), { maxDepth: 2 });
    expect(() => check(bytes(0x92, 0xc0, 0x90), { maxDepth: 1 })).toThrow("nests deeper than 1");
  });

  it("counts the elements of arrays, and keys and values of maps, up to the budget", () => {
    const array = (count: number) => bytes(0xdd, bigEndian(count, 4), repeated(bytes(0xc0), count));
    check(array(100_000));
    expect(() => check(array(100_001))).toThrow("The message has more than 100000 elements.");
    const map = (pairs: number) => bytes(0xdf, bigEndian(pairs, 4), repeated(bytes(1, 0xc0), pairs));
    check(map(5), { maxElements: 10 });
    expect(() => check(map(6), { maxElements: 10 })).toThrow("more than 10 elements");
    // spread over many small ones they count as well
    const spread = bytes(0x92, 0x93, 1, 2, 3, 0x93, 1, 2, 3);
    check(spread, { maxElements: 8 });
    expect(() => check(spread, { maxElements: 7 })).toThrow("more than 7 elements");
  });

  it("agrees with msgpackr on what is MessagePack, but for keys that are no scalars, which msgpackr refuses", () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 60, size: "max" }),
      // heads more often than chance would have them
      fc
        .array(fc.oneof(fc.integer({ min: 0x80, max: 0xdf }), fc.nat(3)), { maxLength: 60 })
        .map((list) => bytes(...list)),
    );
    fc.assert(
      fc.property(anyBytes, (random) => {
        try {
          check(random);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        try {
          codec.decode(bytes(0x91, random));
        } catch (error) {
          expect(error).toMatchObject({ name: "DecodeError", cause: { message: /key/ } });
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
