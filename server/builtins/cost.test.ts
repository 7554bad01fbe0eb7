import { expect, it } from "vitest";
import { defineApp, type StandardSchema } from "../index.ts";
import { serve } from "../test/test-server.ts";

it("however many ask for its health, the application is asked once at a time", async () => {
  let checks = 0;
  const healthcheck = () => {
    checks++;
    return new Promise((resolve) => setTimeout(resolve, 50));
  };
  const { connect } = await serve(defineApp({ healthcheck }));
  const client = await connect();
  client.send(Array.from({ length: 500 }, (_, id) => [2, id, "$health"]));
  const answers = (await client.take(500)) as [number][];
  expect(answers.every(([kind]) => kind === 3)).toBe(true);
  expect(checks).toBe(1);
});

it("however many ask for the procedures, they are described once", async () => {
  let described = 0;
  const input = {
    "~standard": {
      version: 1,
      vendor: "here",
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => {
          described++;
          return { type: "string" };
        },
      },
    },
  } as unknown as StandardSchema;
  const client = await (await serve(defineApp({ procedures: { a: { input, handler: () => 1 } } }))).connect();
  client.send(Array.from({ length: 100 }, (_, id) => [2, id, "$procedures"]));
  const answers = (await client.take(100)) as [number, number, unknown[]][];
  expect(answers[99]?.[2]).toContainEqual({ name: "a", input: { type: "string" } });
  expect(described).toBe(1);
});
