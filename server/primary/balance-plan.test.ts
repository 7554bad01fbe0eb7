import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balancePlan } from "./balance-plan.ts";

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe("the plan of balance", () => {
  it.each([[[]], [[7]], [[0, 0]], [[2, 0]], [[1, 0, 0, 0]], [[100, 100]], [[110, 90]], [[105, 100, 95]]])(
    "is none for %j: within a tenth of the mean, or one connection",
    (counts) => {
      expect(balancePlan(counts)).toBeUndefined();
    },
  );

  it.each([
    [
      [3, 0],
      [1, 0],
      [2, 1],
    ],
    [
      [100, 0],
      [50, 0],
      [50, 50],
    ],
    [
      [111, 89],
      [11, 0],
      [100, 100],
    ],
    [
      [3, 3, 3, 3, 0],
      [0, 0, 1, 1, 0],
      [3, 3, 2, 2, 2],
    ],
    [
      [100, 50, 50, 0],
      [50, 0, 0, 0],
      [50, 50, 50, 50],
    ],
    [
      [0, 30, 1],
      [0, 19, 0],
      [10, 11, 10],
    ],
  ])("has %j shed %j, for %j", (counts, surplus, target) => {
    const shares = balancePlan(counts) ?? [];
    expect(shares.map((share) => share.surplus)).toEqual(surplus);
    expect(shares.map((share) => share.target)).toEqual(target);
  });

  it("moves no more than there is room for, leaves one that moves none, and is the last", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 2, maxLength: 40 }), (counts) => {
        const shares = balancePlan(counts);
        if (shares === undefined) return;
        expect(sum(shares.map(({ target }) => target))).toBe(sum(counts));
        const idlest = counts.indexOf(Math.min(...counts));
        expect(shares[idlest]?.surplus).toBe(0);
        for (const [index, { target, surplus }] of shares.entries()) {
          expect(surplus).toBe(Math.max(0, (counts[index] ?? 0) - target));
        }
        expect(balancePlan(shares.map(({ target }) => target))).toBeUndefined();
      }),
    );
  });
});
