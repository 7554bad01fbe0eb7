import { describe, expect, it } from "vitest";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { template } = await load("template.mjs");
const { parsePath, valueAt } = await load("path.mjs");
const { parseDuration } = await load("duration.mjs");

const context = {
  vars: { x: 7, user: { name: "Ann", tags: ["a", "b"] }, evil: "{{ x }} {{ evil }}", $loopCount: 3 },
  funcs: { $randomNumber: (least: number, most: number) => least + most },
};
const filled = (value: unknown) => template(value, "here")(context);

describe("a template", () => {
  it("that is one variable becomes what that is, and else is put into the text", () => {
    expect(filled("{{ x }}")).toBe(7);
    expect(filled("{{user.tags}}")).toEqual(["a", "b"]);
    expect(filled("turn {{ $loopCount }} of {{ x }}")).toBe("turn 3 of 7");
    expect(filled("{{ user }}!")).toBe('{"name":"Ann","tags":["a","b"]}!');
  });

  it("may be anywhere in a value, of which the rest stays as it is", () => {
    const value = { a: [1, "{{ user.tags[1] }}"], b: { c: null, "{{ x }}": true } };
    expect(filled(value)).toEqual({ a: [1, "b"], b: { c: null, "{{ x }}": true } });
    expect(value.a[1]).toBe("{{ user.tags[1] }}");
  });

  it("calls functions of Artillery with numbers and words", () => {
    expect(filled("{{ $randomNumber(1, 100) }}")).toBe(101);
    expect(filled("n{{ $randomNumber(a,b) }}")).toBe("nab");
  });

  it("knows the time, with fractions of a millisecond", () => {
    expect(Math.abs(filled("{{ $now }}") - Date.now())).toBeLessThan(1_000);
  });

  it("never looks for variables in what it has put in", () => {
    expect(filled("{{ evil }}")).toBe("{{ x }} {{ evil }}");
    expect(filled("say {{ evil }}")).toBe("say {{ x }} {{ evil }}");
  });

  it("fails where there is no such variable, be it inherited, or function", () => {
    for (const text of ["{{ y }}", "{{ user.age }}", "{{ user.constructor }}", "{{ toString }}", "{{ $eval(1) }}"]) {
      expect(() => filled(text), text).toThrow(/there is no (variable|function)/);
    }
  });

  it.each(["{{ x", "{{ }}", "{{ x + 1 }}", "{{ f(1) }}"])("is refused where it is none: %s", (text) => {
    expect(() => template(text, "scenario a, step 2")).toThrow(/^scenario a, step 2: /);
  });
});

describe("a path", () => {
  it("leads through fields and items", () => {
    const { root, keys } = parsePath("$.user['first name'].list[2][\"x\"]", "here");
    expect([root, keys]).toEqual(["$", ["user", "first name", "list", "2", "x"]]);
    expect(valueAt({ user: { "first name": { list: [0, 0, { x: 5 }] } } }, keys)).toBe(5);
    expect(valueAt(null, keys)).toBeUndefined();
  });

  it.each(["$..a", "$[*]", "$.a[?(@.b)]", "", ".a"])("is not more than that: %s", (text) => {
    expect(() => parsePath(text, "here")).toThrow(/is no path/);
  });
});

describe("a duration", () => {
  it("is a number of seconds, or has a unit", () => {
    expect(["2", 0.5, "250ms", "1.5s", "2 m"].map((text) => parseDuration(text, "here"))).toEqual([
      2_000, 500, 250, 1_500, 120_000,
    ]);
  });

  it.each([-1, "soon", "", null, undefined, "1h", "99999m"])("is refused where it is none, or too long: %s", (text) => {
    expect(() => parseDuration(text, "here")).toThrow(/is no duration/);
  });
});
