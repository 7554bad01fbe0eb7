import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTaken, StreamWindow } from "./stream-window.ts";

/** Sends until the window is full. Returns the counts asked about. */
function fill(window: StreamWindow): number[] {
  const asked: number[] = [];
  while (!window.full) asked.push(window.sent() ?? 0);
  return asked.filter((count) => count > 0);
}

describe("a window", () => {
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [3, [2]],
    [256, [128, 256]],
  ])("of %d asks after each half, and is full", (size, asked) => {
    expect(fill(new StreamWindow(size))).toEqual(asked);
  });

  it("takes as many again as its reader has taken", () => {
    const window = new StreamWindow(4);
    fill(window);
    window.taken(2);
    expect(fill(window)).toEqual([6]);
    window.taken(6);
    expect(fill(window)).toEqual([8, 10]);
  });

  it.each([3, 6, 0, -2, 2.5, Number.NaN, Number.POSITIVE_INFINITY, "2", null, undefined, [2], 2n])(
    "stays full where %s is said to be taken, which was not asked",
    (count) => {
      const window = new StreamWindow(4);
      fill(window);
      expect([window.taken(count), window.full]).toEqual([false, true]);
    },
  );

  it("gains nothing by an answer that comes again, or after a later one", () => {
    const window = new StreamWindow(4);
    fill(window);
    window.taken(4);
    fill(window);
    for (const count of [4, 2]) window.taken(count);
    expect(window.full).toBe(true);
  });

  it("is never left full with nothing asked, and never more than full", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.boolean(), { maxLength: 300 }), (size, steps) => {
        const window = new StreamWindow(size);
        const asked: number[] = [];
        let [sent, taken] = [0, 0];
        for (const send of steps) {
          if (send && !window.full) {
            sent++;
            const count = window.sent();
            if (count !== undefined) asked.push(count);
          } else if (asked.length > 0) {
            taken = asked.shift() as number;
            window.taken(taken);
          }
          expect(sent - taken).toBeLessThanOrEqual(size);
          expect(!window.full || asked.length > 0).toBe(true);
        }
      }),
    );
  });
});

it("only an array that says so is about a stream", () => {
  expect([["taken", 1, 2], ["taken"], ["took", 1, 2], "taken", null, { 0: "taken" }].map(isTaken)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
