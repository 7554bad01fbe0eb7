import { expect, it } from "vitest";
import { Growth, sum, valuesOf } from "./growth.ts";

const CALLS = "calls";
const TIMES = "times";
/** A histogram with so many in its first buckets, of up to 0.1, 0.25 and 0.5 ms. */
const times = (...counts: number[]) => [...counts, ...Array.from({ length: 19 - counts.length }, () => 0), 12];

const BEFORE = {
  [CALLS]: [
    [["add", "ok"], [10]],
    [["add", "TIMEOUT"], [1]],
    [["gone", "ok"], [500]],
  ],
  [TIMES]: [[["add"], times(100, 0, 0)]],
} as const;
const NOW = {
  [CALLS]: [
    [["add", "ok"], [30]],
    [["add", "TIMEOUT"], [5]],
    [["sub", "ok"], [7]],
  ],
  [TIMES]: [[["add"], times(100, 90, 10)]],
} as const;
const growth = new Growth(BEFORE, NOW, 2);

it("counters tell what was added in each second, by their labels, and none of them fell", () => {
  expect(growth.perSecond(CALLS, "add")).toBe(12);
  expect(growth.perSecond(CALLS, "add", "ok")).toBe(10);
  expect(growth.perSecond(CALLS, undefined, "TIMEOUT")).toBe(2);
  expect(growth.perSecond(CALLS, "sub")).toBe(3.5);
  expect(growth.perSecond(CALLS, "gone")).toBe(0);
  expect(growth.perSecond("nothing")).toBe(0);
});

it("quantiles are of what was recorded meanwhile", () => {
  expect(growth.quantileMs(0.5, TIMES, "add")).toBeCloseTo(0.1 + 0.15 * (50 / 90));
  expect(growth.quantileMs(0.99, TIMES)).toBeCloseTo(0.25 + 0.25 * 0.9);
  expect(growth.quantileMs(0.5, TIMES, "sub")).toBeUndefined();
  expect(new Growth(NOW, NOW, 1).quantileMs(0.5, TIMES)).toBeUndefined();
});

it("what is beyond the last bound is told as the last bound", () => {
  const slow = { [TIMES]: [[["add"], [...Array.from({ length: 18 }, () => 0), 3, 1]]] } as const;
  expect(new Growth({}, slow, 1).quantileMs(0.5, TIMES)).toBe(60_000);
});

it("gauges are summed up, and labels have values", () => {
  expect(sum(NOW, CALLS, ["add"])).toBe(35);
  expect(valuesOf(NOW, CALLS, 0)).toEqual(["add", "sub"]);
  expect(valuesOf(NOW, "nothing", 0)).toEqual([]);
});
