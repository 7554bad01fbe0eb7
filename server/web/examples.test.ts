import { describe, expect, it } from "vitest";
import { exampleInput, snippet } from "./examples.ts";

describe("an example input", () => {
  it("is the known one of the demo's procedures", () => {
    expect(JSON.parse(exampleInput({ name: "math.add", input: {} }))).toEqual({ x: 1, y: 6 });
  });

  it("is made from the schema of any other, with what is required", () => {
    const input = {
      type: "object",
      properties: {
        name: { type: "string" },
        kind: { enum: ["red", "green"] },
        tags: { type: "array" },
        at: { type: "object", properties: { x: { type: "integer" } }, required: ["x"] },
        sure: { type: "boolean" },
        more: { type: "string" },
      },
      required: ["name", "kind", "tags", "at", "sure"],
    };
    expect(JSON.parse(exampleInput({ name: "a.b", input }))).toEqual({
      name: "",
      kind: "red",
      tags: [],
      at: { x: 1 },
      sure: true,
    });
  });

  it("is empty where nothing is known", () => {
    expect(exampleInput({ name: "a.b" })).toBe("");
  });
});

describe("a snippet", () => {
  it("leaves the input out where there is none", () => {
    expect(snippet("$ping", " ")).toBe('await client.call("$ping");');
  });

  it("iterates over a streaming procedure", () => {
    expect(snippet("test.count", "3")).toBe('for await (const item of client.stream("test.count", 3)) show(item);');
  });
});
