import { describe, expect, it } from "vitest";
import { isBatch } from "./codec.ts";

describe("isBatch", () => {
  it("tells an array of messages from a message", () => {
    expect(isBatch([[14], [15]])).toBe(true);
    expect(isBatch([[]])).toBe(true);
    expect(isBatch([14, [15]])).toBe(false);
  });

  it("takes nothing else for a batch", () => {
    for (const value of [[], [{}], ["[14]"], {}, { 0: [14], length: 1 }, null, undefined, "[[14]]", 14]) {
      expect(isBatch(value)).toBe(false);
    }
  });
});
