import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineApp, type StandardSchema } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";

/** A validator of nobody's making: text of digits, which becomes a number. */
const digits: StandardSchema<string, number> = {
  "~standard": {
    version: 1,
    vendor: "by hand",
    validate(value) {
      if (typeof value === "string" && /^\d+$/.test(value)) return { value: Number(value) };
      return { issues: [{ message: "Digits, please.", path: ["outer", { key: "inner" }, 3, Symbol("last")] }] };
    },
  },
};

const seen: unknown[] = [];

const app = defineApp({
  procedures: {
    point: {
      input: z.object({ x: z.number(), y: z.number().default(5), label: z.string().trim().optional() }),
      handler: (point, context) => {
        seen.push(context.input);
        return point;
      },
    },
    free: { input: z.string().refine(async (name) => delay(1, name !== "taken"), "Taken."), handler: (name) => name },
    nested: { input: z.object({ rows: z.array(z.object({ id: z.number() })) }), handler: ({ rows }) => rows.length },
    many: { input: z.array(z.string()), handler: (all) => all.length },
    digits: { input: digits, handler: (number) => number + 1 },
    optional: { input: z.number().optional(), handler: (number) => number ?? "none" },
    broken: {
      input: z.string().transform(() => {
        throw new Error("the validator itself fails");
      }),
      handler: () => "never",
    },
  },
});

describe.each(FORMATS)("input over %s", (format) => {
  it("reaches the handler as the schema leaves it: defaults, transforms, nothing unknown", async () => {
    seen.length = 0;
    const client = await (await serve(app)).connect({ format });
    const result = { x: 1, y: 5, label: "a" };
    expect(await client.ask([2, 1, "point", { x: 1, label: " a ", more: true }])).toEqual([3, 1, result]);
    expect(seen).toEqual([result]);
    expect(await client.ask([2, 2, "digits", "41"])).toEqual([3, 2, 42]);
    expect(await client.ask([2, 3, "optional"])).toEqual([3, 3, "none"]);
  });

  it("that a schema refuses is answered with its issues, and runs nothing", async () => {
    seen.length = 0;
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, "point", { x: "1", y: 2 }])).toEqual([
      4,
      1,
      "BAD_REQUEST",
      expect.stringMatching(/input is not valid at x: .*number/),
      { issues: [{ message: expect.stringContaining("number"), path: ["x"] }] },
    ]);
    expect(await client.ask([2, 2, "nested", { rows: [{ id: 1 }, { id: null }] }])).toMatchObject([
      4,
      2,
      "BAD_REQUEST",
      expect.stringContaining("rows.1.id"),
      { issues: [{ path: ["rows", "1", "id"] }] },
    ]);
    expect(await client.ask([2, 3, "point"])).toMatchObject([
      4,
      3,
      "BAD_REQUEST",
      expect.any(String),
      { issues: [{ path: [] }] },
    ]);
    expect(seen).toEqual([]);
  });

  it("is checked by validators that take their time", async () => {
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, "free", "mine"])).toEqual([3, 1, "mine"]);
    expect(await client.ask([2, 2, "free", "taken"])).toEqual([
      4,
      2,
      "BAD_REQUEST",
      "The input is not valid: Taken.",
      { issues: [{ message: "Taken.", path: [] }] },
    ]);
  });

  it("is checked by any Standard Schema, whose paths may hold objects and symbols", async () => {
    const client = await (await serve(app)).connect({ format });
    expect(await client.ask([2, 1, "digits", "x"])).toEqual([
      4,
      1,
      "BAD_REQUEST",
      "The input is not valid at outer.inner.3.Symbol(last): Digits, please.",
      { issues: [{ message: "Digits, please.", path: ["outer", "inner", "3", "Symbol(last)"] }] },
    ]);
  });

  it("with countless faults gets a few of them back", async () => {
    const client = await (await serve(app)).connect({ format });
    const [, , , , details] = (await client.ask([2, 1, "many", Array(1_000).fill(1)])) as [
      number,
      number,
      string,
      string,
      { issues: unknown[] },
    ];
    expect(details.issues).toHaveLength(10);
  });

  it("that breaks the validator itself is answered with INTERNAL", async () => {
    const run = await serve(app);
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "broken", "x"])).toMatchObject([4, 1, "INTERNAL", expect.any(String)]);
    expect(run.records.filter(({ level }) => level === "error")).toHaveLength(1);
  });
});

describe("a definition that cannot work", () => {
  it.each([
    ["no function", 5, /"wrong" needs a function/],
    ["an object without a handler", {}, /"wrong" needs a function/],
    ["an input that is no schema", { input: { type: "string" }, handler: () => 1 }, /"wrong".*Standard Schema/],
  ])("is refused at the start, by name: %s", async (_, procedure, text) => {
    const broken = defineApp({ procedures: { wrong: procedure } as never });
    await expect(serve(broken)).rejects.toThrow(text);
  });
});
