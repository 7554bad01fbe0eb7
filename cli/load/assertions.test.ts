import { describe, expect, it } from "vitest";
import { check, parseAssertions } from "./assertions.ts";

const MEASURED = {
  ...{ p50: 1_000, p90: 5_000, p99: 49_999, "p99.9": 80_000, max: 120_000, mean: 2_000 },
  ...{ rate: 1_234.5678, calls: 100, lost: 0, reconnects: 2, unconnected: 0, errors: 2, errorRate: 0.02 },
};

describe("what has to hold", () => {
  it.each([
    ["p99<50", true, "49.999 ms"],
    ["p99 < 49ms", false, "49.999 ms"],
    ["p50<=1000us", true, "1 ms"],
    ["max<0.1s", false, "120 ms"],
    ["p99.9>=80", true, "80 ms"],
    ["errors<1%", false, "2 %"],
    ["errors<3%", true, "2 %"],
    ["errors<=2", true, "2"],
    ["rate>1_000", true, "1234.568"],
    ["unconnected<1", true, "0"],
  ])("%s: %s", (text, holds, found) => {
    expect(parseAssertions(text).map((assertion) => check(assertion, MEASURED))).toEqual([{ text, holds, found }]);
  });

  it("is a list", () => {
    expect(parseAssertions("p99<50, errors<1%,").map(({ text }) => text)).toEqual(["p99<50", "errors<1%"]);
  });

  it("does not hold of durations where nothing was answered", () => {
    const nothing = { ...MEASURED, p99: 0, calls: 0 };
    expect(parseAssertions("p99<50").map((assertion) => check(assertion, nothing).holds)).toEqual([false]);
  });

  it.each(["p98<1", "p99", "p99<", "p99=5", "rate>5ms", "p99<5%", "constructor<1"])("refuses %s", (text) => {
    expect(() => parseAssertions(text)).toThrow();
  });
});
