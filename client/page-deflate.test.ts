import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../shared/budget.ts";
import { INFLATE_ERRORS } from "../shared/deflate.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { describeDeflate } from "../shared/test/deflate-suite.ts";
import { createPageDeflate } from "./page-deflate.ts";

const pageDeflate = createPageDeflate(INFLATE_ERRORS);
const MOST = 100_000;
const TEXT = new TextEncoder().encode("the quick brown fox jumps over the lazy dog and comes back. ".repeat(40));

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3_000, size: "max" }),
  fc.array(fc.constantFrom(1, 2, 3), { maxLength: 5_000, size: "max" }).map((list) => Uint8Array.from(list)),
  fc.string({ unit: "binary", maxLength: 2_000, size: "max" }).map((text) => new TextEncoder().encode(text)),
);

/** What zlib makes of a stream, or nothing where it refuses it. */
function byZlib(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MOST });
  } catch {
    return undefined;
  }
}

function byPage(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return pageDeflate.inflate(bytes, MOST);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}

/** A dynamic block that holds one byte, 0, and has this many distances of one bit, of which there can be two. */
function blockWithDistances(count: number): Uint8Array {
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let bit = 0; bit < length; bit++) bits.push((value >> bit) & 1);
  };
  put(1, 1); // the last block
  put(2, 2);
  put(0, 5); // 257 literals
  put(count - 1, 5);
  put(14, 4); // 18 lengths of the lengths' code, in which 1 is the bit 0, and "many zeros" is the bit 1
  for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1]) {
    put(symbol === 18 || symbol === 1 ? 1 : 0, 3);
  }
  put(0, 1); // literal 0 has one bit
  for (const zeros of [138, 117]) {
    put(1, 1);
    put(zeros - 11, 7);
  }
  put(0, 1); // so has the end of the block
  put(0, count);
  put(0, 1);
  put(1, 1);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] as number) | (bit << (index & 7));
  });
  return bytes;
}

describeDeflate("pageDeflate", pageDeflate);

describe("pageDeflate and the others", () => {
  it("read what each other writes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(Buffer.compare(portableDeflate.inflate(pageDeflate.deflate(bytes), bytes.length), bytes)).toBe(0);
        expect(Buffer.compare(pageDeflate.inflate(portableDeflate.deflate(bytes), bytes.length), bytes)).toBe(0);
        expect(Buffer.compare(pageDeflate.inflate(pageDeflate.deflate(bytes), bytes.length), bytes)).toBe(0);
      }),
    );
  });

  it("agree with zlib on what is broken, and on all that comes out of what is not", () => {
    const streams = [1, 6, 9].map((level) => deflateRawSync(TEXT, { level }));
    streams.push(deflateRawSync(TEXT, { level: 0 }), deflateRawSync(TEXT.subarray(0, 20)));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...streams),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(7)), { minLength: 1, maxLength: 3 }),
        (stream, flips) => {
          const corrupted = Uint8Array.from(stream);
          for (const [at, bit] of flips) {
            // mostly in the first bytes, which say what codes follow
            const index = Math.floor(at ** 3 * corrupted.length);
            corrupted[index] = (corrupted[index] as number) ^ (1 << bit);
          }
          const expected = byZlib(corrupted);
          if (expected !== undefined) taken++;
          expect(byPage(corrupted) === undefined).toBe(expected === undefined);
          expect(Buffer.compare(byPage(corrupted) ?? Buffer.of(), expected ?? Buffer.of())).toBe(0);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(30);
  });

  it("agree with zlib on random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60, size: "max" }), (bytes) => {
        expect(Buffer.compare(byPage(bytes) ?? Buffer.of(), byZlib(bytes) ?? Buffer.of())).toBe(0);
        expect(byPage(bytes) === undefined).toBe(byZlib(bytes) === undefined);
      }),
      { numRuns: 3_000 },
    );
  });

  it("refuse a code of distances that is none, even where no distance follows", () => {
    expect([...(byPage(blockWithDistances(2)) ?? [])]).toEqual([0]);
    expect(byZlib(blockWithDistances(2))?.length).toBe(1);
    expect(byPage(blockWithDistances(3))).toBeUndefined();
    expect(byZlib(blockWithDistances(3))).toBeUndefined();
  });

  it("ignore what follows the end of a stream", () => {
    const followed = Buffer.concat([deflateRawSync(TEXT), Buffer.from("and more")]);
    for (const { inflate } of [pageDeflate, portableDeflate]) {
      expect(Buffer.compare(inflate(followed, MOST), TEXT)).toBe(0);
    }
  });
});
