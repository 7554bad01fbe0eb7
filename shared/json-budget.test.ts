import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Budget, DEFAULT_BUDGET, DecodeError } from "./budget.ts";
import { checkJson } from "./json-budget.ts";
import { jsonData } from "./test/data.ts";

function check(text: string, budget: Partial<Budget> = {}): void {
  checkJson(text, { ...DEFAULT_BUDGET, ...budget });
}

/** Arrays and objects inside one another, as they are once parsed. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** One for each array and object, and one for each of its items or properties after the first. */
function elementsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return items.reduce<number>((sum, item) => sum + elementsOf(item), Math.max(1, items.length));
}

describe("checkJson", () => {
  it("finds the depth and the elements that parsing finds", () => {
    fc.assert(
      fc.property(jsonData, fc.constantFrom(undefined, 2), (data, indent) => {
        const text = JSON.stringify(data, null, indent);
        const batch = Array.isArray(data) && Array.isArray(data[0]);
        const maxDepth = depthOf(data) - (batch ? 1 : 0); // a batch's own level does not count
        const maxElements = elementsOf(data);
        check(text, { maxDepth, maxElements });
        if (maxDepth === 0) return;
        expect(() => check(text, { maxDepth: maxDepth - 1 })).toThrow(`deeper than ${maxDepth - 1} levels`);
        expect(() => check(text, { maxElements: maxElements - 1 })).toThrow(`more than ${maxElements - 1} elements`);
      }),
      { numRuns: 300 },
    );
  });

  it("takes 64 levels and refuses 65, of arrays and of objects", () => {
    // the kind keeps it from being taken for a batch, whose own level does not count
    const arrays = (depth: number) => `[14,${"[".repeat(depth - 1)}${"]".repeat(depth)}`;
    const objects = (depth: number) => `${'{"k":'.repeat(depth)}1${"}".repeat(depth)}`;
    for (const nested of [arrays, objects]) {
      check(nested(64));
      expect(() => check(nested(65))).toThrow("The message nests deeper than 64 levels.");
      expect(() => check(nested(10_000))).toThrow(DecodeError);
    }
    check(`[${"[],".repeat(1_000)}[]]`, { maxDepth: 2 });
  });

  it("refuses a message of 300,000 empty objects quickly", () => {
    const started = process.cpuUsage();
    expect(() => check(`[${"{},".repeat(300_000)}{}]`)).toThrow("The message has more than 100000 elements.");
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });

  it("is not deceived by what stands in strings", () => {
    check(JSON.stringify('[[[{{{,,,\\"[[[\\'), { maxDepth: 0, maxElements: 0 });
    check('["\\\\",[1]]', { maxDepth: 2, maxElements: 3 });
    expect(() => check('["\\\\",[[1]]]', { maxDepth: 2 })).toThrow(DecodeError);
    expect(() => check('["\\\\\\",[1]]')).toThrow("A string in the message does not end.");
  });

  it("takes its time in proportion to the text, however it is escaped", () => {
    const started = process.cpuUsage();
    check(`"${'\\\\\\"'.repeat(250_000)}"`);
    check(`"${"\\\\".repeat(500_000)}"`);
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});
