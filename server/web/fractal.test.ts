import { expect, it } from "vitest";
import { namesIn } from "../../centaurus/worker/free-names.ts";
import { drawStrip, stripsOf } from "./fractal.ts";

it("divides a picture into strips, each row in one", () => {
  expect(stripsOf(4, 7, 3)).toEqual([
    { width: 4, height: 7, from: 0, to: 3 },
    { width: 4, height: 7, from: 3, to: 6 },
    { width: 4, height: 7, from: 6, to: 7 },
  ]);
});

it("draws the same in strips as at once", () => {
  const whole = drawStrip({ width: 16, height: 9, from: 0, to: 9 });
  const strips = stripsOf(16, 9, 2).map(drawStrip);
  expect(strips.flatMap((strip) => [...strip])).toEqual([...whole]);
  expect(new Set(whole).size).toBeGreaterThan(10);
});

it("needs nothing of what is around it, for it travels as text", () => {
  expect([...namesIn(drawStrip.toString()).free].sort()).toEqual(["Math", "Uint8ClampedArray"]);
});
