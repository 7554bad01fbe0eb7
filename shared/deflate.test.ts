import { describe, expect, it } from "vitest";
import { concatenate, portableDeflate } from "./deflate.ts";
import { describeDeflate } from "./test/deflate-suite.ts";

describeDeflate("portableDeflate", portableDeflate);

describe("concatenate", () => {
  it("joins chunks in their order, empty ones included", () => {
    const chunks = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
    expect([...concatenate(chunks, 3)]).toEqual([1, 2, 3]);
  });

  it("copies, so that the chunks may change afterwards", () => {
    const chunk = Uint8Array.of(1, 2);
    const whole = concatenate([chunk], 2);
    chunk.fill(9);
    expect([...whole]).toEqual([1, 2]);
  });
});
