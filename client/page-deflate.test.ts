import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../shared/budget.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { describeDeflate } from "../shared/test/deflate-suite.ts";
import { pageDeflate } from "./page-deflate.ts";

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

  it("ignore what follows the end of a stream", () => {
    const followed = Buffer.concat([deflateRawSync(TEXT), Buffer.from("and more")]);
    for (const { inflate } of [pageDeflate, portableDeflate]) {
      expect(Buffer.compare(inflate(followed, MOST), TEXT)).toBe(0);
    }
  });
});
