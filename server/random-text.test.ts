import { expect, it } from "vitest";
import { randomText } from "./random-text.ts";

it("random text has as many bytes as were asked for, and is never the same", () => {
  const texts = Array.from({ length: 1_000 }, () => randomText(24));
  expect(new Set(texts).size).toBe(1_000);
  expect(texts.filter((text) => !/^[\w-]{32}$/.test(text))).toEqual([]);
});

it("random text shares no part with what came before, where the bytes at hand run out within it", () => {
  const texts = Array.from({ length: 600 }, (_, index) => randomText(16 + (index % 3) * 16));
  const heads = texts.map((text) => text.slice(0, 20));
  expect(new Set(heads).size).toBe(600);
});
