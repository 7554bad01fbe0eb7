import { describe, expect, it } from "vitest";
import { compare, summarize } from "./latencies.ts";

describe("latencies", () => {
  it("are summed up by times that were measured, in whatever order they came", () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(summarize(values)).toEqual({ median: 100, p99: 198 });
    expect(values[0]).toBe(200);
  });

  it("of a single call are its own", () => {
    expect(summarize([7])).toEqual({ median: 7, p99: 7 });
  });

  it("are undefined where nothing was measured", () => {
    expect(summarize([])).toBeUndefined();
  });

  it("are told apart by whether it sweated", () => {
    const sample = (tookMs: number, sweating: boolean) => ({ atMs: 0, tookMs, sweating });
    expect(compare([sample(1, false), sample(9, true), sample(1, false)])).toEqual({
      before: { median: 1, p99: 1 },
      during: { median: 9, p99: 9 },
    });
    expect(compare([sample(1, false)]).during).toBeUndefined();
  });
});
