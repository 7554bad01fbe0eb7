import { describe, expect, it } from "vitest";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { EXPECTATIONS, matches, parseCapture, parseExpectation } = await load("expectation.mjs");

const context = () => ({ vars: { x: 7 } as Record<string, unknown> });
const verdict = (spec: unknown, outcome: object, names = EXPECTATIONS.call) =>
  parseExpectation(spec, names, "here")(outcome, context());

describe("what is expected", () => {
  it("is the same, all through", () => {
    expect(verdict({ equals: { a: [1, "{{ x }}"] } }, { result: { a: [1, 7] } })).toBe(true);
    expect(verdict({ equals: { a: 1 } }, { result: { a: 1, b: 2 } })).toBe('expected {"a":1}, got {"a":1,"b":2}');
    expect(verdict({ equals: 7 }, { result: "7" })).toBe('expected 7, got "7"');
  });

  it("or has in it what is named", () => {
    expect(verdict({ matches: { a: { b: "{{ x }}" } } }, { result: { a: { b: 7, c: 8 }, d: 9 } })).toBe(true);
    expect(verdict({ matches: { a: { b: 1 } } }, { result: { a: 1 } })).toBe('expected {"a":{"b":1}}, got {"a":1}');
    expect(verdict({ matches: { a: 1 } }, {})).toBe('expected {"a":1}, got nothing');
  });

  it("or is an error, by its code", () => {
    expect(verdict({ error: "NOT_FOUND" }, { error: { code: "NOT_FOUND" } })).toBe(true);
    expect(verdict({ error: "NOT_FOUND" }, { result: 1 })).toBe("expected the error NOT_FOUND, got 1");
  });

  it("is nothing to say of an error that was not expected: that is one by itself", () => {
    const outcome = { error: { code: "INTERNAL" } };
    expect(verdict({ error: "NOT_FOUND" }, outcome)).toBeUndefined();
    expect(verdict({ equals: 1 }, outcome)).toBeUndefined();
    expect(verdict(undefined, outcome)).toBeUndefined();
  });

  it("may be about the items of a stream", () => {
    const spec = { items: 2, last: { n: 2 }, equals: "end" };
    const outcome = { items: 2, last: { n: 2 }, result: "end" };
    expect(verdict(spec, outcome, EXPECTATIONS.stream)).toBe(true);
    expect(verdict(spec, { ...outcome, items: 3 }, EXPECTATIONS.stream)).toBe("expected a number of items 2, got 3");
    expect(verdict(spec, { ...outcome, last: 1 }, EXPECTATIONS.stream)).toBe('expected the last item {"n":2}, got 1');
  });

  it("is told of without all of a large value", () => {
    expect(verdict({ equals: 1 }, { result: "x".repeat(1_000_000) }).length).toBeLessThan(300);
    expect(verdict({ equals: 1 }, { result: { at: 1n } })).toBe('expected 1, got {"at":"1"}');
  });

  it.each([
    [{}, "expect needs"],
    [{ equal: 1 }, "does not know equal"],
    [{ items: 2 }, "does not know items"],
    [{ error: "A", equals: 1 }, "cannot be both"],
    [{ error: 404 }, "error has to be a text"],
    [7, "needs fields"],
  ])("is refused where it makes no sense: %j", (spec, problem) => {
    expect(() => parseExpectation(spec, EXPECTATIONS.call, "here")).toThrow(problem);
  });
});

it("arrays match item by item, and only own fields count", () => {
  expect(matches([{ a: 1, b: 2 }, 3], [{ a: 1 }, 3])).toBe(true);
  expect(matches([1, 2], [1])).toBe(false);
  expect(matches({ 0: 1 }, [1])).toBe(false);
  expect(matches([], { length: 0 })).toBe(false);
  expect(matches({}, { constructor: Object })).toBe(false);
  expect(matches(null, {})).toBe(false);
  expect(matches(Number.NaN, Number.NaN)).toBe(true);
  expect(matches({ at: new Date(5) }, { at: new Date(5) })).toBe(true);
  expect(matches({ at: new Date(5) }, { at: new Date(6) })).toBe(false);
});

describe("a capture", () => {
  it("keeps parts of a result as variables", () => {
    const own = context();
    const capture = parseCapture([{ json: "$.user.id", as: "id" }, { as: "all" }], "here");
    capture({ user: { id: 5 } }, own);
    expect(own.vars).toEqual({ x: 7, id: 5, all: { user: { id: 5 } } });
  });

  it("fails where the result has no such part", () => {
    const capture = parseCapture({ json: "$.user.id", as: "id" }, "here");
    expect(() => capture({ user: {} }, context())).toThrow('there is no $.user.id in {"user":{}}');
  });

  it.each([{ json: "user.id", as: "id" }, { json: "$.id" }, { json: "$.id", as: "" }, { jsonpath: "$", as: "id" }])(
    "is refused where it makes no sense: %j",
    (spec) => {
      expect(() => parseCapture(spec, "here")).toThrow(/^here/);
    },
  );
});
