import { expect, it } from "vitest";
import { shapeOf } from "./shape.ts";

it("a shape tells keys, lengths and types, and no value", () => {
  expect(
    shapeOf({
      name: "ada",
      age: 36,
      big: 1n,
      yes: true,
      none: null,
      bytes: new Uint8Array(5),
      born: new Date(0),
      list: [1, "ab", [], {}],
      nested: { empty: {} },
    }),
  ).toEqual({
    name: "string(3)",
    age: "number",
    big: "bigint",
    yes: "boolean",
    none: "null",
    bytes: "bytes(5)",
    born: "date",
    list: ["number", "string(2)", [], "1 more"],
    nested: { empty: {} },
  });
  expect(shapeOf(undefined)).toBe("undefined");
});

it("what goes by the name of a secret is not even measured", () => {
  const secrets = { token: "abc", accessToken: { a: 1 }, secret: "s", password: "p", apiKey: "k", api_key: "k" };
  expect(new Set(Object.values(shapeOf({ ...secrets, Authorization: "x", cookie: "c" })))).toEqual(new Set(["hidden"]));
});

it("a shape is small whatever the value: wide, deep, or with keys without end", () => {
  const deep = Array.from({ length: 1_000 }).reduce<unknown>((inner) => ({ inner }), 1);
  expect(JSON.stringify(shapeOf(deep))).toContain('"object(1)"');
  const wide = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`${"k".repeat(1_000)}${index}`, index]),
  );
  const rows = Array.from({ length: 1_000 }, () => Array.from({ length: 100 }, () => wide));
  for (const value of [deep, wide, rows, { a: rows, b: wide, c: deep }]) {
    expect(JSON.stringify(shapeOf(value)).length).toBeLessThan(5_000);
  }
});

it("keys are only ever keys", () => {
  const shape = shapeOf(JSON.parse('{"__proto__":{"x":1},"constructor":"abc"}')) as object;
  expect(JSON.stringify(shape)).toBe('{"__proto__":{"x":"number"},"constructor":"string(3)"}');
  expect(Object.getPrototypeOf(shape)).toBe(Object.prototype);
});
