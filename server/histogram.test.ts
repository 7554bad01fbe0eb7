import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "./histogram.ts";

function recorded(...durations: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
}

/** The cumulative count of a bucket. */
function upTo(histogram: Histogram, le: number | "+Inf"): number | undefined {
  return histogram.snapshot().buckets.find((bucket) => bucket.le === le)?.count;
}

const durations = fc.array(fc.oneof(fc.double({ min: 0, max: 200, noNaN: true }), fc.nat(100_000)), { minLength: 1 });

describe("a histogram", () => {
  it("has buckets from a tenth of a millisecond to a minute, and one for all that is longer", () => {
    expect(new Histogram().snapshot().buckets.map(({ le }) => le)).toEqual([
      0.1,
      0.25,
      0.5,
      1,
      2.5,
      5,
      10,
      25,
      50,
      100,
      250,
      500,
      1_000,
      2_500,
      5_000,
      10_000,
      30_000,
      60_000,
      "+Inf",
    ]);
  });

  it("says 0 of everything while nothing was recorded", () => {
    const { count, sum, buckets, p50, p99 } = new Histogram().snapshot();
    expect([count, sum, p50, p99]).toEqual([0, 0, 0, 0]);
    expect(buckets.every((bucket) => bucket.count === 0)).toBe(true);
    expect(new Histogram().quantile(1)).toBe(0);
  });

  it("counts a duration on a bound within that bound, and the slightest more in the next", () => {
    const histogram = recorded(10, 10.000_001);
    expect([upTo(histogram, 5), upTo(histogram, 10), upTo(histogram, 25)]).toEqual([0, 1, 2]);
  });

  it("counts what is longer than a minute in the last bucket only", () => {
    const histogram = recorded(60_000, 60_001, 1e9);
    expect([upTo(histogram, 60_000), upTo(histogram, "+Inf")]).toEqual([1, 3]);
  });

  it("takes for 0 what a clock that was put back gives, and what is no number", () => {
    const histogram = recorded(-5, Number.NaN, 2);
    expect(upTo(histogram, 0.1)).toBe(2);
    expect(histogram.snapshot()).toMatchObject({ count: 3, sum: 2 });
  });

  it("agrees with plain counting and adding, whatever was recorded", () => {
    fc.assert(
      fc.property(durations, (all) => {
        const histogram = recorded(...all);
        const { count, sum, buckets } = histogram.snapshot();
        expect(count).toBe(all.length);
        expect(histogram.count).toBe(all.length);
        expect(sum).toBeCloseTo(
          all.reduce((total, ms) => total + ms, 0),
          3,
        );
        for (const { le, count: within } of buckets) {
          const bound = le === "+Inf" ? Number.POSITIVE_INFINITY : le;
          expect(within).toBe(all.filter((ms) => ms <= bound).length);
        }
      }),
    );
  });

  it("comes back the same out of JSON", () => {
    const snapshot = recorded(1, 70_000, 0.3).snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it("gives a snapshot that later records leave as it is", () => {
    const histogram = recorded(1);
    const snapshot = histogram.snapshot();
    histogram.record(1);
    expect(snapshot.buckets.at(-1)).toEqual({ le: "+Inf", count: 1 });
  });
});

describe("a quantile", () => {
  it("lies within its bucket in proportion", () => {
    const histogram = recorded(...Array.from({ length: 100 }, () => 20));
    expect(histogram.quantile(0.5)).toBe(10 + 15 * 0.5);
    expect(histogram.snapshot()).toMatchObject({ p50: 17.5, p99: 10 + 15 * 0.99 });
  });

  it("passes over buckets that nothing fell into", () => {
    const histogram = recorded(0.05, 800, 800, 800);
    expect(histogram.quantile(0.25)).toBeCloseTo(0.1);
    expect(histogram.quantile(0.5)).toBeCloseTo(500 + 500 / 3);
    expect(recorded(800).quantile(0)).toBe(500);
  });

  it("is a minute where it was longer: nothing tells how much", () => {
    expect(recorded(61_000, 1e9).snapshot()).toMatchObject({ p50: 60_000, p99: 60_000 });
    expect(recorded(1e9).quantile(0)).toBe(60_000);
  });

  it("is in the same bucket as the true one, and grows with q", () => {
    const bounds = new Histogram().snapshot().buckets.map(({ le }) => (le === "+Inf" ? Number.POSITIVE_INFINITY : le));
    fc.assert(
      fc.property(durations, fc.double({ min: 0.001, max: 1, noNaN: true }), (all, q) => {
        const histogram = recorded(...all);
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(q * all.length) - 1] ?? 0;
        const index = bounds.findIndex((bound) => exact <= bound);
        const estimate = histogram.quantile(q);
        expect(estimate).toBeGreaterThanOrEqual(bounds[index - 1] ?? 0);
        expect(estimate).toBeLessThanOrEqual((bounds[index] ?? 0) + 1e-9);
        expect(histogram.quantile(q / 2)).toBeLessThanOrEqual(estimate);
      }),
    );
  });
});
