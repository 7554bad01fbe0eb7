import { describe, expect, it } from "vitest";
import { axisTop, plotPoints } from "./plot-scale.ts";

describe("a plot's axis", () => {
  it("ends at a round number that no value exceeds", () => {
    expect([[2.1], [5], [5.5, 3], [11], [99], [100], [480]].map(axisTop)).toEqual([5, 5, 10, 20, 100, 100, 500]);
  });

  it("does not make a storm of what is small", () => {
    expect([axisTop([]), axisTop([0.1, 0.3])]).toEqual([2, 2]);
  });
});

describe("a plot's line", () => {
  it("goes from left to right, with 0 at the bottom and the axis' end at the top", () => {
    const box = { width: 1_000, height: 100, right: 2_000, top: 10 };
    expect(
      plotPoints(
        [
          [0, 0],
          [1_000, 5],
          [2_000, 10],
        ],
        box,
      ),
    ).toBe("0.0,100.0 500.0,50.0 1000.0,0.0");
  });
});
