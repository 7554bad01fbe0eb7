import { describe, expect, it } from "vitest";
import { connectAt, dueAt, rateAt, shareOf } from "./schedule.ts";

describe("calls at a rate", () => {
  it("are due at even distances", () => {
    expect([0, 1, 250].map((n) => dueAt({ rate: 100, rampS: 0 }, n))).toEqual([0, 10_000, 2_500_000]);
  });

  it("come faster and faster while clients come, and then evenly", () => {
    const schedule = { rate: 100, rampS: 2 };
    const due = Array.from({ length: 300 }, (_, n) => dueAt(schedule, n) / 1e6);
    // in a second of growth a quarter of what two seconds have, which is half of the rate
    expect(due.filter((at) => at < 1)).toHaveLength(25);
    expect(due.filter((at) => at < 2)).toHaveLength(100);
    expect(due.filter((at) => at >= 2 && at < 3)).toHaveLength(100);
    expect(due).toEqual([...due].sort((one, other) => one - other));
    expect([0, 1e6, 2e6, 9e6].map((us) => rateAt(schedule, us))).toEqual([0, 50, 100, 100]);
  });
});

describe("what processes share", () => {
  it.each([
    [10, 3],
    [1, 1],
    [7, 7],
    [1_000, 8],
  ])("is all of it, once: %d in %d", (total, processes) => {
    const parts = Array.from({ length: processes }, (_, process) => shareOf(total, process, processes));
    const all = parts.flatMap(({ from, count }) => Array.from({ length: count }, (_, index) => from + index));
    expect(all).toEqual(Array.from({ length: total }, (_, index) => index));
  });

  it("connects one after the other over the ramp", () => {
    expect([0, 1, 3].map((index) => connectAt(2, index, 4))).toEqual([0, 500_000, 1_500_000]);
    expect(connectAt(0, 3, 4)).toBe(0);
  });
});
