import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { describeDeflate } from "../../shared/test/deflate-suite.ts";
import { deflateBlocks, zlibDeflate } from "./zlib-deflate.ts";

describeDeflate("zlibDeflate", zlibDeflate);

const { deflate } = zlibDeflate;
const LENGTH = 65_536;

/** Bytes in no order, the same each time, each of so many kinds. */
function noise(kinds: number, length = LENGTH): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return 97 + (state % kinds);
  });
}

describe("a large message", () => {
  it("is given back as it is where nothing would be saved", () => {
    const image = noise(256);
    expect(deflate(image)).toBe(image);
    expect(deflateBlocks(image)).toBe(image);
  });

  it("of letters in no order becomes as small as their number allows", () => {
    const letters = noise(26);
    for (const deflated of [deflate(letters), deflateBlocks(letters)]) {
      expect(deflated.length / LENGTH).toBeLessThan((Math.log2(26) / 8) * 1.03);
    }
    expect(Buffer.compare(inflateRawSync(deflate(letters)), letters)).toBe(0);
  });

  it("that says the same again and again is looked through for that", () => {
    const line = noise(256, 100);
    const lines = Uint8Array.from({ length: LENGTH }, (_, index) => line[index % line.length] ?? 0);
    expect(deflate(lines).length).toBeLessThan(LENGTH / 20);
    expect(deflateBlocks(lines).length).toBeLessThan(LENGTH / 20);
  });
});
