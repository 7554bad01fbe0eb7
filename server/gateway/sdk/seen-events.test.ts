import fc from "fast-check";
import { expect, it } from "vitest";
import { SeenEvents } from "./seen-events.ts";

it("an event is the first of its number once", () => {
  const seen = new SeenEvents();
  expect([1, 2, 3, 2, 3, 4, 1].map((seq) => seen.first("a", seq))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
  ]);
  expect(seen.first("b", 1)).toBe(true);
});

it("one that comes late is no duplicate", () => {
  const seen = new SeenEvents();
  expect([5, 3, 3, 4, 1, 2, 2, 6].map((seq) => seen.first("a", seq))).toEqual([
    true,
    true,
    false,
    true,
    true,
    true,
    false,
    true,
  ]);
});

it("one that was not handled comes for the first time again", () => {
  const seen = new SeenEvents();
  for (const seq of [1, 2, 3]) seen.first("a", seq);
  seen.takeBack("a", 2);
  expect([1, 2, 2, 3].map((seq) => seen.first("a", seq))).toEqual([false, true, false, false]);
});

it("of numbers in any order, each is the first of its kind once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 100 }), (seqs) => {
      const seen = new SeenEvents();
      const come = new Set<number>();
      for (const seq of seqs) {
        expect(seen.first("a", seq)).toBe(!come.has(seq));
        come.add(seq);
      }
    }),
  );
});

it("connections of which nothing has come for longest are forgotten first", () => {
  const seen = new SeenEvents(2);
  seen.first("a", 1);
  seen.first("b", 1);
  seen.first("a", 2);
  seen.first("c", 1);
  expect(seen.first("a", 1)).toBe(false);
  expect(seen.first("b", 1)).toBe(true);
});
