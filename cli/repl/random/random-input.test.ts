import { describe, expect, it } from "vitest";
import * as z from "zod";
import { randomInput } from "./random-input.ts";
import { dice } from "./random-json.ts";

const schemas = {
  object: z.object({ x: z.number(), name: z.string().min(2).max(5), maybe: z.int().min(3).max(9).optional() }),
  choices: z.union([z.literal("a"), z.enum(["b", "c"]), z.null()]),
  list: z.array(z.int().positive()).min(2).max(7),
  tight: z.number().gt(1).lt(2),
  negative: z.int().max(-5),
  nested: z.object({ deep: z.array(z.object({ flag: z.boolean() })) }),
};

describe("random input", () => {
  it.each(Object.entries(schemas))("fits the schema of: %s", (_, schema) => {
    const json = z.toJSONSchema(schema, { io: "input" });
    for (let time = 0; time < 1_000; time++) {
      const input = randomInput(json, dice);
      expect(schema.safeParse(input), JSON.stringify(input)).toMatchObject({ success: true });
    }
  });

  it("is small, whatever a schema says", () => {
    const hostile = { type: "array", minItems: 1e9, items: { type: "string", minLength: 1e9 } };
    expect(JSON.stringify(randomInput({ ...hostile, items: true }, () => 0)).length).toBeLessThan(10_000);
    let lists: unknown = { type: "string", minLength: 1e9 };
    for (let depth = 0; depth < 8; depth++) lists = { type: "array", minItems: 1e9, items: lists };
    expect(JSON.stringify(randomInput(lists, dice)).length).toBeLessThan(2_000_000);
    const loop: Record<string, unknown> = { type: "object", required: ["again"] };
    loop.properties = { again: loop };
    expect(JSON.stringify(randomInput(loop, dice)).length).toBeLessThan(10_000);
  });
});
