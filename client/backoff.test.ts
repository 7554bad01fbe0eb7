import { describe, expect, it } from "vitest";
import { backoff, requestedDelay } from "./backoff.ts";

describe("backoff", () => {
  it("waits at least half a second, whatever chance says", () => {
    for (const attempt of [0, 1, 10, 5_000]) expect(backoff(attempt, 500, 20_000, () => 0)).toBe(500);
  });

  it("doubles its random part with each attempt", () => {
    expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 500, 20_000, () => 1))).toEqual([1_000, 1_500, 2_500, 4_500]);
  });

  it("stays random at its cap, so that clients do not come back all at once", () => {
    expect(backoff(30, 500, 20_000, () => 1)).toBe(20_500);
    expect(backoff(30, 500, 20_000, () => 0.5)).toBe(10_500);
    expect(backoff(5_000, 500, 20_000, () => 0.25)).toBe(5_500);
  });
});

describe("requestedDelay", () => {
  it("takes what the server asks for, up to an hour", () => {
    expect(requestedDelay(1_500)).toBe(1_500);
    expect(requestedDelay(Number.POSITIVE_INFINITY)).toBe(3_600_000);
  });

  it("takes nonsense for no delay", () => {
    expect([undefined, null, "5", -1, Number.NaN].map(requestedDelay)).toEqual([0, 0, 0, 0, 0]);
  });
});
