import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonProblem } from "./json-problem.ts";

describe("jsonProblem", () => {
  it("finds nothing wrong with JSON, however it is written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        expect(jsonProblem(` ${JSON.stringify(value, null, indent)} `)).toBeUndefined();
      }),
    );
  });

  it("finds something wrong with a text exactly where JSON.parse does, and within it", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom("", "x", ",", "]", '"', "}", "1", ":"),
        (value, at, put) => {
          const json = JSON.stringify(value);
          const place = at % (json.length + 1);
          const text = json.slice(0, place) + put + json.slice(place + 1);
          const problem = jsonProblem(text);
          expect(problem !== undefined).toBe(!parses(text));
          if (problem !== undefined) expect(problem.at).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["", 0, "a value"],
    ["[1,]", 3, "a value"],
    ["[1 2]", 3, ", or ]"],
    ['{"a" 1}', 5, ":"],
    ["{a: 1}", 1, 'a "key" or }'],
    ['{"a":1,}', 7, 'a "key"'],
    ["'a'", 0, "a value"],
    ["1 2", 2, "nothing more"],
    ["01", 0, "a value"],
    ['"a', 0, "a value"],
    ["[1}", 2, ", or ]"],
  ])("says of %s where, and what belongs there", (text, at, expected) => {
    expect(jsonProblem(text)).toEqual({ at, expected });
  });

  it("takes no longer for what is deep, or a long text that does not end", () => {
    expect(jsonProblem(`["${"a".repeat(1_000_000)}`)).toEqual({ at: 1, expected: "a value or ]" });
    expect(jsonProblem("[".repeat(200_000))).toEqual({ at: 200_000, expected: "a value or ]" });
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
