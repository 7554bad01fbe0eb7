import { describe, expect, it } from "vitest";
import { concatenate } from "./concatenate.ts";

describe("concatenate", () => {
  it("joins chunks in their order, empty ones included", () => {
    const chunks = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
    expect([...concatenate(chunks)]).toEqual([1, 2, 3]);
  });

  it("copies, so that the chunks may change afterwards", () => {
    const chunk = Uint8Array.of(1, 2);
    const whole = concatenate([chunk]);
    chunk.fill(9);
    expect([...whole]).toEqual([1, 2]);
  });
});
