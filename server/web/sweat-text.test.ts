import { describe, expect, it } from "vitest";
import { comparisonText, endText, problemsText, rateText } from "./sweat-text.ts";

const before = { median: 0.6, p99: 1 };
const during = { median: 0.84, p99: 2 };

describe("what a run says", () => {
  it("compares medians in plain words, as far as there are any", () => {
    expect(comparisonText({ before: undefined, during: undefined }, false)).toBe("Light calls: not timed yet");
    expect(comparisonText({ before, during: undefined }, false)).toBe("Light calls: 0.6 ms before");
    expect(comparisonText({ before, during }, false)).toBe("Light calls: 0.6 ms before, 0.8 ms while it sweats");
    expect(comparisonText({ before, during }, true)).toBe("Light calls: 0.6 ms before, 0.8 ms while it sweated");
  });

  it("tells how it ended, and what it had done by then", () => {
    expect(endText("time", 1_234, 10_004)).toBe("Done: 1,234 hashes in 10 s; nothing is in flight.");
    expect(endText("stopped", 1, 1_480)).toBe("Stopped: 1 hash in 1.5 s; nothing is in flight.");
    expect(endText("lost", 9, 2_000)).toBe("The connection was lost, and the run ended with it: 9 hashes in 2 s.");
  });

  it("tells that it ended before it began to sweat", () => {
    expect(endText("stopped", 0, undefined)).toBe("Stopped before it began to sweat.");
    expect(endText("lost", 0, undefined)).toBe("The connection was lost before it began to sweat.");
  });

  it("counts what went wrong, by code", () => {
    const errors = new Map([
      ["OVERLOADED", 12],
      ["TIMEOUT", 1],
    ]);
    expect(problemsText(errors, 2)).toBe(
      "12 heavy calls failed: OVERLOADED, and the next waited as long as the server asked. " +
        "1 heavy call failed: TIMEOUT. 2 light calls failed.",
    );
    expect(problemsText(new Map(), 0)).toBe("");
  });

  it("has a rate once there is something to divide", () => {
    expect([rateText(0, 500), rateText(3, undefined), rateText(3, 0)]).toEqual([undefined, undefined, undefined]);
    expect([rateText(33, 2_000), rateText(25_000, 10_000)]).toEqual(["16.5", "2,500"]);
  });
});
