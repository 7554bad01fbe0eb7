import { describe, expect, it } from "vitest";
import { HdrHistogram } from "./hdr-histogram.ts";

function recorded(values: Iterable<number>): HdrHistogram {
  const histogram = new HdrHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe("a histogram of durations", () => {
  it("is exact for what is short", () => {
    const latency = recorded(Array.from({ length: 1_000 }, (_, index) => index + 1)).latency();
    expect(latency).toEqual({ count: 1_000, mean: 501, min: 1, p50: 500, p90: 900, p99: 990, p999: 999, max: 1_000 });
  });

  it("is right to a thousandth for what is long", () => {
    for (const us of [2_048, 5_000, 65_537, 1_234_567, 987_654_321, 4_294_967_295]) {
      const found = recorded([us, us * 2]).percentile(50);
      expect(found).toBeGreaterThanOrEqual(us);
      expect(found / us).toBeLessThanOrEqual(1 + 1 / 1_024);
    }
  });

  it("never says more than the longest", () => {
    expect(recorded([100_001]).latency()).toMatchObject({ p50: 100_001, p999: 100_001, max: 100_001 });
  });

  it("takes what is no duration for 0, and what is longer than an hour for that", () => {
    const histogram = recorded([-1, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(histogram.latency()).toMatchObject({ count: 3, min: 0, p50: 0, max: 0xffff_ffff });
  });

  it("says 0 of nothing", () => {
    expect(new HdrHistogram().latency()).toEqual({
      count: 0,
      mean: 0,
      min: 0,
      p50: 0,
      p90: 0,
      p99: 0,
      p999: 0,
      max: 0,
    });
  });

  it("gives what it has to another, and begins anew", () => {
    const [one, other, all] = [recorded([5, 70_000]), recorded([900]), new HdrHistogram()];
    all.add(structuredClone(one.take()));
    all.add(structuredClone(other.take()));
    all.add(one.take());
    expect(one.count).toBe(0);
    expect(all.latency()).toEqual(recorded([5, 900, 70_000]).latency());
    expect([...all.buckets()].map(([, count]) => count)).toEqual([1, 1, 1]);
  });
});
