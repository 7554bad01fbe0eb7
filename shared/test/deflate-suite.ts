import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../budget.ts";
import { concatenate } from "../concatenate.ts";
import type { Deflate } from "../deflate.ts";

const MIB = 1_048_576;
const JSON_LIKE = new TextEncoder().encode(
  JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: "fox" }))),
);

/** What inflating throws, or a failure of the test where it throws nothing. */
function failure(inflate: () => Uint8Array): DecodeError {
  try {
    inflate();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("It inflated, and should not have.");
}

/** What every implementation of {@link Deflate} must do. `node:zlib` says what raw DEFLATE is. */
export function describeDeflate(name: string, implementation: Deflate): void {
  const { deflate, inflate } = implementation;
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 2_000, size: "max" }),
    fc.array(fc.constantFrom(1, 2, 3), { maxLength: 5_000, size: "max" }).map((list) => Uint8Array.from(list)),
  );

  describe(name, () => {
    it("writes what zlib inflates to the same bytes", () => {
      fc.assert(
        fc.property(anyBytes, (bytes) => {
          expect([...inflateRawSync(deflate(bytes))]).toEqual([...bytes]);
        }),
        { numRuns: 50 },
      );
    });

    it("reads what zlib deflates, at every level", () => {
      fc.assert(
        fc.property(anyBytes, fc.integer({ min: 0, max: 9 }), (bytes, level) => {
          expect([...inflate(deflateRawSync(bytes, { level }), bytes.length)]).toEqual([...bytes]);
        }),
        { numRuns: 50 },
      );
    });

    it("gives back a message of many windows", () => {
      const bytes = new Uint8Array(MIB).map((_, index) => (index % 1_009) ^ (index >> 14));
      expect(Buffer.compare(inflate(deflate(bytes), MIB), bytes)).toBe(0);
    });

    it("makes repetitive data smaller", () => {
      expect(deflate(JSON_LIKE).length).toBeLessThan(JSON_LIKE.length / 4);
    });

    it("takes a message of exactly the length allowed, and none of one byte more", () => {
      const deflated = deflate(JSON_LIKE);
      expect(inflate(deflated, JSON_LIKE.length).length).toBe(JSON_LIKE.length);
      expect(failure(() => inflate(deflated, JSON_LIKE.length - 1)).reason).toBe("size");
    });

    it("deflates nothing to something, and back", () => {
      const deflated = deflate(new Uint8Array(0));
      expect(deflated.length).toBeGreaterThan(0);
      expect(inflate(deflated, 1_000).length).toBe(0);
    });

    it("refuses no bytes at all as broken", () => {
      expect(failure(() => inflate(new Uint8Array(0), 1_000)).reason).toBe("content");
    });

    it("refuses a stream that is cut off at any byte", () => {
      const deflated = deflateRawSync(JSON_LIKE.subarray(0, 400));
      for (let length = 0; length < deflated.length; length++) {
        expect(failure(() => inflate(deflated.subarray(0, length), MIB)).reason).toBe("content");
      }
    });

    it("refuses a block type that does not exist, and a stored block whose length contradicts itself", () => {
      expect(failure(() => inflate(Uint8Array.of(0x07, 0, 0, 0), MIB)).reason).toBe("content");
      expect(failure(() => inflate(Uint8Array.of(0x01, 5, 0, 0, 0, 1, 2, 3, 4, 5), MIB)).reason).toBe("content");
    });

    it("refuses a distance that reaches back before the first byte", () => {
      // a fixed block: length 3 at distance 1, with nothing written yet
      expect(failure(() => inflate(Uint8Array.of(0x03, 0x02, 0x00), MIB)).reason).toBe("content");
    });

    it("inflates any corrupted stream to something within bounds or throws a DecodeError", () => {
      const deflated = deflateRawSync(JSON_LIKE);
      fc.assert(
        fc.property(fc.nat(deflated.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const corrupted = Uint8Array.from(deflated, (byte, index) => (index === at ? byte ^ flip : byte));
          withinBounds(() => inflate(corrupted, 20_000), 20_000);
        }),
      );
    });

    it("inflates random bytes to something within bounds or throws a DecodeError", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), fc.nat(5_000), (bytes, maxLength) => {
          withinBounds(() => inflate(bytes, maxLength), Math.max(1, maxLength));
        }),
      );
    });

    it("stops a bomb while it inflates", () => {
      const bomb = deflateRawSync(new Uint8Array(MIB));
      expect(bomb.length).toBeLessThan(1_200);
      expect(failure(() => inflate(bomb, 10_000)).reason).toBe("size");
    });

    it("spends no more on a bomb than on what is allowed of it", () => {
      // a piece that does not end its stream may be followed by itself: the bomb needs never be built unpacked
      const piece = deflateRawSync(new Uint8Array(MIB), { finishFlush: constants.Z_FULL_FLUSH });
      const bomb = concatenate([...Array.from({ length: 256 }, () => piece), Uint8Array.of(3, 0)]);
      // the largest the process ever was, in kB: what is allocated and released on the way shows, too
      const before = process.resourceUsage().maxRSS;
      expect(failure(() => inflate(bomb, MIB)).reason).toBe("size");
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(64 * 1024);
    });
  });
}

function withinBounds(inflate: () => Uint8Array, maxLength: number): void {
  let inflated: Uint8Array | undefined;
  try {
    inflated = inflate();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
  expect(inflated?.length ?? 0).toBeLessThanOrEqual(maxLength);
}
