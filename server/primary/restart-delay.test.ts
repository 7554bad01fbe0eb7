import { describe, expect, it } from "vitest";
import { RestartDelay } from "./restart-delay.ts";

describe("RestartDelay", () => {
  it("is nothing for a worker that lived a while", () => {
    const delay = new RestartDelay();
    expect([delay.next(5_000), delay.next(1e9), delay.next(5_000)]).toEqual([0, 0, 0]);
  });

  it("doubles with each death at once, up to ten seconds, for ever", () => {
    const delay = new RestartDelay();
    const delays = Array.from({ length: 2_000 }, () => delay.next(4_999));
    expect(delays.slice(0, 9)).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(new Set(delays.slice(7))).toEqual(new Set([10_000]));
  });

  it("begins anew after a worker that lived a while", () => {
    const delay = new RestartDelay();
    for (let death = 0; death < 5; death++) delay.next(0);
    expect([delay.next(60_000), delay.next(0), delay.next(0)]).toEqual([0, 100, 200]);
  });
});
