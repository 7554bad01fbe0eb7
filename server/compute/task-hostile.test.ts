import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallContext, defineApp, type Middleware } from "../index.ts";
import { FORMATS } from "../test/raw-client.ts";
import { serve, startTestServer, type TestServer, until } from "../test/test-server.ts";
import { type TestTaskOptions, taskOf } from "./test/compute-app.ts";

const hostile = (name: string, options: TestTaskOptions = {}) =>
  taskOf(name, { ...options, file: "hostile-tasks.mjs" });
const decoded: Middleware = async (_context, next) => await next();
const dropped: Middleware = (_context, next) => {
  void next();
  return "something else";
};
const wrapped: Middleware = async function* (_context: CallContext, next: () => unknown) {
  yield* (await next()) as AsyncIterable<unknown>;
} as Middleware;

const [echo, fails, forever] = [hostile("echo"), hostile("fails"), hostile("forever")];
const deep = hostile("deep");
const afterwards: unknown[] = [];
const circular: unknown[] = [];
circular.push(circular);

const app = defineApp({
  procedures: {
    deep: hostile("deep", { use: [decoded] }),
    deepDetails: hostile("deepDetails"),
    oddMessage: hostile("oddMessage"),
    posts: hostile("posts"),
    throwsLater: hostile("throwsLater"),
    echo,
    dropped: hostile("fails", { use: [dropped] }),
    async two(_input: unknown, context: CallContext) {
      const both = [fails.run(1, context), fails.run(2, context)];
      for (const one of both) await one;
    },
    async unencodable(_input: unknown, context: CallContext) {
      const [outcome] = await Promise.allSettled([echo.run(circular, context)]);
      return outcome?.status;
    },
    async besides(_input: unknown, context: CallContext) {
      const other = forever.run(1, context).catch(() => undefined);
      const [outcome] = await Promise.allSettled([deep.run(5_000, context)]);
      return Promise.race([other, [outcome?.status, context.onThread]]);
    },
    async notYetAwaited(_input: unknown, context: CallContext) {
      const later = forever.run(1, context);
      await delay(100);
      return later;
    },
    startsAfterwards(_input: unknown, context: CallContext) {
      setTimeout(() => forever.run(1, context).catch((error) => afterwards.push(error)), 10);
      return "answered";
    },
    ownHandler: {
      ...echo,
      handler: async (input: unknown, context: CallContext) => ({ result: await echo.run(input, context) }),
    },
    wrapped: hostile("endless", { use: [wrapped], timeoutMs: 300 }),
  },
});

let run: TestServer;
const rejections: unknown[] = [];
const note = (error: unknown) => void rejections.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", note);
  run = await startTestServer(app, { computeThreads: 1, maxDepth: 1_000, deflateThreshold: 2 ** 31 });
});
afterAll(async () => {
  await run.stop();
  process.off("unhandledRejection", note);
  expect(rejections).toEqual([]);
});

describe.each(FORMATS)("whatever a task does, the server lives, over %s", (format) => {
  const INTERNAL = [4, 1, "INTERNAL", "Something went wrong on the other side."];

  it.each([3_000, 4_000, 5_000, 6_000, 20_000])("a result that is %i arrays deep", async (depth) => {
    const client = await run.connect({ format });
    const [kind] = (await client.ask([2, 1, "deep", depth])) as [number];
    expect([3, 4]).toContain(kind);
    expect(await client.ask([2, 2, "echo", 1])).toEqual([3, 2, 1]);
  });

  it.each([4_000, 5_000, 6_000])("details of an error that are %i arrays deep", async (depth) => {
    const client = await run.connect({ format });
    const [kind] = (await client.ask([2, 1, "deepDetails", depth])) as [number];
    expect(kind).toBe(4);
    expect(await client.ask([2, 2, "echo", 1])).toEqual([3, 2, 1]);
  });

  it("an error whose message is no text", async () => {
    expect(await (await run.connect({ format })).ask([2, 1, "oddMessage"])).toEqual(INTERNAL);
  });

  it.each([["text"], [null], [7], [{ loading: "x" }], [{ loading: 99 }], [[1, 2]]])(
    "a message of its own: %j",
    async (message) => {
      expect(await (await run.connect({ format })).ask([2, 1, "posts", message])).toEqual([3, 1, "posted"]);
    },
  );

  it.each(["null", "undefined", "text"])("throwing %s that nobody catches", async (what) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "throwsLater", [what, true]])).toEqual(INTERNAL);
    const deaths = () => run.records.filter(({ message }) => message.startsWith("a compute thread ended")).length;
    const before = deaths();
    expect(await client.ask([2, 2, "throwsLater", [what, false]])).toEqual([3, 2, "done"]);
    await until(() => deaths() > before);
    expect(await client.ask([2, 3, "echo", 1])).toEqual([3, 3, 1]);
  });
});

describe("a task that nobody waits for", () => {
  it("as middleware answered instead is stopped, and is nobody's rejection", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "dropped"])).toEqual([3, 1, "something else"]);
    expect(await client.ask([2, 2, "echo", 1])).toEqual([3, 2, 1]);
  });

  it("yet, as another one comes first, may fail meanwhile", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "two"])).toEqual([4, 1, "FAILED", "On purpose."]);
    client.send([
      [2, 2, "notYetAwaited"],
      [7, 2],
    ]);
    expect(await client.next()).toEqual([4, 2, "CANCELLED", expect.any(String)]);
    expect(await client.ask([2, 3, "echo", 1])).toEqual([3, 3, 1]);
  });

  it("as its call is answered does not start", async () => {
    const client = await run.connect();
    expect(await client.ask([2, 1, "startsAfterwards"])).toEqual([3, 1, "answered"]);
    await until(() => afterwards.length > 0);
    expect(afterwards).toEqual([expect.objectContaining({ code: "CANCELLED" })]);
    expect(await client.ask([2, 2, "echo", 1])).toEqual([3, 2, 1]);
  });
});

it("an input that cannot be encoded is a rejection, as any other failure of a run is", async () => {
  expect(await (await run.connect()).ask([2, 1, "unencodable"])).toEqual([3, 1, "rejected"]);
});

it("a result that cannot be decoded says nothing of the other tasks of its call", async () => {
  const client = await (await serve(app, { computeThreads: 2 })).connect();
  expect(await client.ask([2, 1, "besides"])).toEqual([3, 1, ["rejected", true]]);
});

it("a handler of one's own around a task gets its result decoded", async () => {
  const client = await run.connect();
  expect(await client.ask([2, 1, "ownHandler", { a: 1 }])).toEqual([3, 1, { result: { a: 1 } }]);
});

it("a stream in other hands does not keep its thread longer, either, for a client that does not read", async () => {
  const [slow, other] = [await run.connect(), await run.connect()];
  slow.send([2, 1, "wrapped"]);
  await slow.next();
  slow.socket.pause();
  expect(await other.ask([2, 1, "echo", 1])).toEqual([3, 1, 1]);
  slow.destroy();
});
