import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError, defineApp, definePlugin, type StandardSchema } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve } from "../test/test-server.ts";

const MASKED = { sync: "a detail", async: "another detail" };

/** A validator of nobody's making, that knows nothing of JSON Schema. */
const anything: StandardSchema = {
  "~standard": { version: 1, vendor: "by hand", validate: (value) => ({ value }) },
};

describe.each(FORMATS)("$health over %s", (format) => {
  it("tells of the process that was asked", async () => {
    const run = await serve(defineApp({ channels: { "*": {} } }), { node: "this-host" });
    const client = await run.connect({ format });
    await run.connect();
    await client.ask([8, 1, "news"]);
    const [kind, id, health] = (await client.ask([2, 2, "$health"])) as [number, number, Record<string, unknown>];
    expect([kind, id]).toEqual([3, 2]);
    expect(health).toMatchObject({
      ok: true,
      pid: process.pid,
      worker: 0,
      node: "this-host",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      connections: 2,
      channels: 1,
    });
    expect(health.uptime).toBeGreaterThan(0);
    expect(health.uptime).toBeLessThan(60);
    expect(health.memory).toBeGreaterThan(1_000_000);
  });

  it("counts calls, publications, and what went wrong", async () => {
    const run = await serve(defineApp({ procedures: { echo: (data: unknown) => data }, channels: { "*": {} } }));
    const before = await run.counters();
    const client = await run.connect({ format });
    await client.ask([8, 1, "news"]);
    client.send([
      [2, 1, "echo", 1],
      [2, 2, "nope", 1],
      [11, null, "news", 1],
      [3, 9, "an answer"],
      [99, 1],
    ]);
    // RESULT, two ERRORs and EVENT
    await client.take(4);
    const after = await run.counters();
    const grown = Object.entries(after).map(([name, count]) => [name, count - (before[name] as number)]);
    expect(Object.fromEntries(grown)).toEqual({
      ...Object.fromEntries(Object.keys(before).map((name) => [name, 0])),
      // this $health itself is a call, too
      calls: 2,
      published: 1,
      delivered: 1,
      ignored: 1,
      malformed: 1,
    });
  });

  it("answers while the application's check resolves, whatever that gives", async () => {
    for (const healthcheck of [() => true, async () => undefined, () => false]) {
      const client = await (await serve(defineApp({ healthcheck }))).connect({ format });
      expect(await client.ask([2, 1, "$health"])).toMatchObject([3, 1, { ok: true }]);
    }
  });

  it.each([
    ["throws", () => Promise.reject(new Error(MASKED.async)), MASKED.async],
    [
      "rejects",
      (): never => {
        throw new Error(MASKED.sync);
      },
      MASKED.sync,
    ],
    ["hangs", () => new Promise(() => undefined), "longer than 50 ms"],
  ])("is UNAVAILABLE where that %s, and the log says why", async (_, healthcheck, cause) => {
    const errors: unknown[] = [];
    const app = defineApp({ healthcheck, on: { error: (error) => void errors.push(error) } });
    const run = await serve(app, { healthcheckMs: 50 });
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "$health"])).toEqual([4, 1, "UNAVAILABLE", "The application is not well."]);
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).toContain(cause);
    expect(run.records.filter(({ level }) => level === "error").map(({ fields }) => fields.error)).toEqual(errors);
  });

  it("tells what the check threw on purpose", async () => {
    const healthcheck = () => {
      throw new AppError("UNAVAILABLE", "The database is away.", { since: 5 });
    };
    const client = await (await serve(defineApp({ healthcheck }))).connect({ format });
    expect(await client.ask([2, 1, "$health"])).toEqual([4, 1, "UNAVAILABLE", "The database is away.", { since: 5 }]);
  });
});

describe("$procedures", () => {
  it("tells names and inputs of all procedures, by name", async () => {
    const app = defineApp({
      procedures: {
        plain: () => 1,
        *sync() {
          yield 1;
        },
        async: { handler: async function* () {} },
        "math.div": {
          input: z.object({ x: z.number(), y: z.number().describe("not zero").default(1) }),
          handler: ({ x, y }) => x / y,
        },
        byHand: { input: anything, handler: () => 1 },
        inexpressible: { input: z.date(), handler: () => 1 },
      },
      plugins: [definePlugin({ name: "more", setup: ({ procedure }) => procedure("plugged", () => 1) })],
    });
    const client = await (await serve(app)).connect();
    const [, , list] = (await client.ask([2, 1, "$procedures"])) as [
      number,
      number,
      { name: string; input?: object; streams?: true }[],
    ];
    const names = list.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(
      expect.arrayContaining([
        "$health",
        "$ping",
        "$procedures",
        "byHand",
        "inexpressible",
        "math.div",
        "plain",
        "plugged",
      ]),
    );
    const named = (name: string) => list.find((one) => one.name === name);
    expect(named("math.div")?.input).toMatchObject({
      type: "object",
      properties: { x: { type: "number" }, y: { type: "number", default: 1, description: "not zero" } },
      required: ["x"],
    });
    expect(list.filter(({ streams }) => streams).map(({ name }) => name)).toEqual(["async", "sync"]);
    for (const name of ["plain", "byHand", "inexpressible"]) expect(named(name)).not.toHaveProperty("input");
  });
});

it("$ping answers", async () => {
  expect(await (await (await serve()).connect()).ask([2, 1, "$ping", { any: "thing" }])).toEqual([3, 1, "pong"]);
});
