import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileJsonVariables, MAX_JSON_LENGTH } from "./json-variables.ts";

function read(places: Record<string, string>, text: string): Record<string, string> {
  return Object.fromEntries(compileJsonVariables(places).read(text));
}

describe("JSON variables", () => {
  it("are strings, numbers and booleans at a place in the message", () => {
    const message = { command: "join", data: { actionRef: 5, list: [{ ok: true }] } };
    const places = { a: "command", b: "data.actionRef", c: "data.list.0.ok" };
    expect(read(places, JSON.stringify(message))).toEqual({ a: "join", b: "5", c: "true" });
  });

  it("are missing where the message has nothing of the kind there", () => {
    const message = { data: { list: [1, 2], nothing: null } };
    const places = {
      a: "command",
      b: "data",
      c: "data.list",
      d: "data.list.length",
      e: "data.nothing.x",
      f: "data.list.2",
    };
    expect(read(places, JSON.stringify(message))).toEqual({});
  });

  it("are never of a prototype", () => {
    const places = { a: "constructor.name", b: "__proto__.x", c: "toString.length", d: "list.map.name" };
    expect(read(places, '{"list":[]}')).toEqual({});
    expect(read(places, '{"__proto__":{"x":"own"},"constructor":{"name":"own"}}')).toEqual({ a: "own", b: "own" });
  });

  it.each(["", "hello", "{", "null", '"text"', "5", `{"a":"x"}${" ".repeat(MAX_JSON_LENGTH)}`])(
    "are none in %.20j",
    (text) => {
      expect(read({ a: "a" }, text)).toEqual({});
    },
  );

  it("never throw", () => {
    const variables = compileJsonVariables({ a: "a.b", b: "0.1", c: "c" });
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void variables.read(text)));
    expect(variables.read("[".repeat(MAX_JSON_LENGTH)).size).toBe(0);
  });

  it.each([
    [{ "a-b": "x" }, "letters, digits and _ only"],
    [{ a: "" }, "is no place"],
    [{ a: "x..y" }, "is no place"],
    [Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`v${at}`, "x"])), "16 JSON variables at most"],
  ])("cannot be %.40j", (places, why) => {
    expect(() => compileJsonVariables(places)).toThrow(why);
  });
});
