import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type CallContext, defineApp, type Middleware } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";

const seen: unknown[] = [];

const watch: Middleware = async (context, next) => {
  seen.push(context.input);
  const result = await next();
  seen.push(result);
  return result;
};

const double: Middleware = async (context, next) => {
  context.input = { value: (context.input as { value: number }).value * 2 };
  const { value } = (await next()) as { value: number };
  return { value: value + 1 };
};

const echo = taskOf("echo");
const count = taskOf("count");
const fails = taskOf("failAtOnce");
const bulk = taskOf("bulk");

const procedures = {
  checked: taskOf("echo", { input: z.object({ text: z.string().trim().min(1), more: z.number().default(5) }) }),
  transformed: taskOf("look", { input: z.string().transform(Number) }),
  late: taskOf("echo", { input: z.string().refine(async (text) => text !== "taken", "Taken.") }),
  watched: taskOf("echo", { use: [watch] }),
  doubled: taskOf("echo", { use: [double] }),
  guarded: taskOf("echo", { use: [() => "no entry"] }),
  watchedStream: taskOf("count", { use: [watch] }),
  hurried: taskOf("later", { timeoutMs: 1 }),
  rich: taskOf("rich"),
  watchedRich: taskOf("rich", { use: [watch] }),
  big: taskOf("give"),
  bigHere: () => 2n ** 63n,
  richHere: () => ({ date: new Date(86_400_000), bytes: Uint8Array.of(1, 2, 255) }),
  echo,
  nested: async (input: unknown, context: CallContext) => ({ nested: await echo.run({ input }, context) }),
  nestedCount: (to: number, context: CallContext) => count.run(to, context),
  nestedTwice: (input: unknown, context: CallContext) =>
    Promise.all([echo.run(input, context), count.run(3, context), echo.run([input], context)]),
  nestedFailure: async (code: string, context: CallContext) => {
    try {
      return await fails.run({ code, message: "From inside." }, context);
    } catch (error) {
      seen.push(error);
      throw error;
    }
  },
  nestedBulk: async (_: unknown, context: CallContext) => String(await bulk.run({ items: 100, size: 50_000 }, context)),
  stream: async function* (to: number, context: CallContext) {
    for (let item = 0; item < to; item++) yield await echo.run(item, context);
  },
};

let run: TestServer;
beforeAll(async () => {
  run = await startTestServer(defineApp({ procedures }), { computeThreads: 1 });
});
afterAll(() => run.stop());
beforeEach(() => {
  seen.length = 0;
});

describe.each(FORMATS)("a task's procedure over %s", (format) => {
  it("checks its input before anything waits for a thread, and hands on what the schema makes of it", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "checked", { text: " a ", extra: 1 }])).toEqual([3, 1, { text: "a", more: 5 }]);
    expect(await client.ask([2, 2, "checked", { text: " " }])).toEqual([
      4,
      2,
      "BAD_REQUEST",
      expect.stringContaining("at text"),
      expect.objectContaining({ issues: expect.any(Array) }),
    ]);
    expect(await client.ask([2, 3, "transformed", "5"])).toMatchObject([3, 3, { type: "Number" }]);
    expect(await client.ask([2, 4, "late", "free"])).toEqual([3, 4, "free"]);
    expect(await client.ask([2, 5, "late", "taken"])).toMatchObject([4, 5, "BAD_REQUEST", {}, {}]);
  });

  it("has middleware around it that sees values, not bytes, and may change them", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "watched", { a: [1] }])).toEqual([3, 1, { a: [1] }]);
    expect(seen).toEqual([{ a: [1] }, { a: [1] }]);
    expect(await client.ask([2, 2, "doubled", { value: 4 }])).toEqual([3, 2, { value: 9 }]);
    expect(await client.ask([2, 3, "guarded", 1])).toEqual([3, 3, "no entry"]);
  });

  it("may have middleware around a stream, which iterates values", async () => {
    const client = await run.connect({ format });
    client.send([2, 1, "watchedStream", 2]);
    expect(await client.take(3)).toEqual([
      [6, 1, 0],
      [6, 1, 1],
      [3, 1, "end"],
    ]);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toHaveProperty("next");
  });

  it("gives its client what the same function would give in the socket worker", async () => {
    const client = await run.connect({ format });
    const [, , here] = (await client.ask([2, 1, "richHere"])) as [number, number, object];
    expect(await client.ask([2, 2, "rich"])).toEqual([3, 2, here]);
    expect(await client.ask([2, 3, "watchedRich"])).toEqual([3, 3, here]);
    const [, , ...big] = (await client.ask([2, 4, "bigHere"])) as unknown[];
    expect(await client.ask([2, 5, "big", "big"])).toEqual([big.length === 1 ? 3 : 4, 5, ...big]);
  });

  it("may be run by another procedure, as often as that likes", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "nested", "x"])).toEqual([3, 1, { nested: { input: "x" } }]);
    expect(await client.ask([2, 2, "nestedTwice", 1])).toEqual([3, 2, [1, "end", [1]]]);
    client.send([2, 3, "stream", 3]);
    expect(await client.take(4)).toEqual([
      [6, 3, 0],
      [6, 3, 1],
      [6, 3, 2],
      [3, 3],
    ]);
  });

  it("that streams gives another procedure that runs it only its result", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "nestedCount", 1_000])).toEqual([3, 1, "end"]);
    expect(await client.ask([2, 2, "nestedBulk"])).toEqual([3, 2, "undefined"]);
  });

  it("throws its error at the procedure that runs it", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "nestedFailure", "ODD"])).toEqual([4, 1, "ODD", "From inside."]);
    expect(seen).toEqual([expect.objectContaining({ code: "ODD" })]);
  });
});

it("a task's procedure is listed like any other", async () => {
  const client = await run.connect();
  const [, , listed] = (await client.ask([2, 1, "$procedures"])) as [number, number, { name: string }[]];
  expect(JSON.stringify(listed)).toContain('"checked"');
});

it("a task's result that is too late does no harm", async () => {
  const client = await run.connect();
  for (let id = 0; id < 20; id++) client.send([2, id, "hurried", id, { timeoutMs: 1 }]);
  const answers = (await client.take(20)) as [number, number, string][];
  for (const [kind, , code] of answers) if (kind === 4) expect(code).toBe("TIMEOUT");
  expect(await client.ask([2, 1, "echo", 5])).toEqual([3, 1, 5]);
});
