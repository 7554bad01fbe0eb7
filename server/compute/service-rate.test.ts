import { describe, expect, it } from "vitest";
import { ServiceRate } from "./service-rate.ts";

function observed(servers: number, ...runs: readonly number[]): ServiceRate {
  const rate = new ServiceRate(servers);
  for (const ms of runs) rate.ran(ms);
  return rate;
}

describe("the wait that is foretold", () => {
  it("is a second while nothing has run, whatever is ahead", () => {
    expect([0, 1, 1_000].map((ahead) => observed(2).waitMs(ahead))).toEqual([1_000, 1_000, 1_000]);
  });

  it("grows with what is ahead, and shrinks with how many are served at once", () => {
    expect(observed(1, 200).waitMs(3)).toBe(600);
    expect(observed(1, 200).waitMs(6)).toBe(1_200);
    expect(observed(4, 200).waitMs(6)).toBe(300);
  });

  it("is whole milliseconds, rounded up", () => {
    expect(observed(3, 1_000).waitMs(1)).toBe(334);
    expect(observed(1, 100.001).waitMs(1)).toBe(101);
  });

  it("is never below a tenth of a second nor above a minute", () => {
    expect(observed(2, 0.01).waitMs(1)).toBe(100);
    expect(observed(2, 500).waitMs(0)).toBe(100);
    expect(observed(2, 10_000).waitMs(100)).toBe(60_000);
    expect(observed(2, 10_000).waitMs(Number.POSITIVE_INFINITY)).toBe(60_000);
  });

  it("moves by a tenth of the difference with each run: one that is far out changes it little", () => {
    expect(observed(1, 1_000, 1_000, 11_000).waitMs(1)).toBe(2_000);
    expect(observed(1, 1_000, 1_000, 0).waitMs(1)).toBe(900);
  });

  it("comes to be that of other work, when the work becomes another", () => {
    const rate = observed(1, 10_000);
    for (let run = 0; run < 100; run++) rate.ran(500);
    expect(rate.waitMs(1)).toBeLessThan(510);
    expect(rate.waitMs(1)).toBeGreaterThanOrEqual(500);
  });
});
