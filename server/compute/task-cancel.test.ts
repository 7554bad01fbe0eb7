import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallContext, defineApp, type Middleware } from "../index.ts";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { startTestServer, type TestServer, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";
import { marks } from "./test/files.ts";

const HEEDING = [
  ["listens", "true AppError CANCELLED"],
  ["waits", "AbortError"],
  ["waitsForAny", "AbortError"],
  ["asks", "true CANCELLED"],
  ["asksAndThrows", "AppError CANCELLED"],
  ["progresses", "AppError CANCELLED"],
  ["generates", "left"],
  ["generatesLater", "left"],
] as const;

const names = HEEDING.map(([name]) => name);
const file = "cancel-tasks.mjs";
const listens = taskOf("listens", { file });

/** Takes one item, and has seen enough. */
const first: Middleware = async (_, next) => {
  for await (const item of (await next()) as AsyncIterable<unknown>) return item;
  return "none";
};

const app = defineApp({
  procedures: {
    nested: (input: unknown, context: CallContext) => listens.run(input, context),
    first: taskOf("generatesLater", { file, use: [first] }),
    ...Object.fromEntries(names.map((name) => [name, taskOf(name, { file })])),
    ...Object.fromEntries(
      names.map((name) => [`${name} for 250 ms`, taskOf(name, { file, export: name, timeoutMs: 250 })]),
    ),
    whichThread: taskOf("whichThread"),
    gate: taskOf("gate"),
    note: taskOf("note"),
  },
});

let run: TestServer;
beforeAll(async () => {
  // whoever does not heed its signal holds all others up for longer than any test waits
  run = await startTestServer(app, { computeThreads: 1, computeGraceMs: 60_000 });
});
afterAll(() => run.stop());

/** Begins a task and tells which thread it is on. */
async function begin(client: RawClient, name: string, log: string): Promise<unknown> {
  client.send([2, 1, name, { log }]);
  const [kind, id, thread] = (await client.next()) as [number, number, number];
  expect([kind, id]).toEqual([6, 1]);
  return thread;
}

/** The next message that is no item. */
async function end(client: RawClient): Promise<unknown> {
  for (;;) {
    const message = (await client.next()) as [number];
    if (message[0] !== 6) return message;
  }
}

async function expectHeeded(read: () => string, text: string, thread: unknown): Promise<void> {
  await until(() => read() === text);
  const other = await run.connect();
  expect(await other.ask([2, 1, "whichThread"])).toEqual([3, 1, thread]);
}

describe.each(HEEDING)("a task that heeds that nobody waits (%s) keeps its thread", (name, text) => {
  it.each(FORMATS)("when it is cancelled over %s", async (format) => {
    const log = marks()("log");
    const client = await run.connect({ format });
    const thread = await begin(client, name, log.path);
    client.send([7, 1]);
    expect(await end(client)).toEqual([4, 1, "CANCELLED", expect.any(String)]);
    await expectHeeded(() => log.text, text, thread);
  });

  it("when its caller leaves", async () => {
    const log = marks()("log");
    const client = await run.connect();
    const thread = await begin(client, name, log.path);
    client.destroy();
    await expectHeeded(() => log.text, text, thread);
  });
});

describe.each(["listens", "waits", "asks"] as const)("a task whose time is over (%s)", (name) => {
  it("hears of it, and keeps its thread", async () => {
    const log = marks()("log");
    const client = await run.connect();
    const thread = await begin(client, `${name} for 250 ms`, log.path);
    expect(await end(client)).toEqual([4, 1, "TIMEOUT", expect.any(String)]);
    await expectHeeded(() => log.text, Object.fromEntries(HEEDING)[name] as string, thread);
  });
});

describe("a task that is part of something else", () => {
  it.each(["cancel", "leave"])("hears that nobody waits for that (%s)", async (how) => {
    const log = marks()("log");
    const client = await run.connect();
    const [, , thread] = (await client.ask([2, 2, "whichThread"])) as unknown[];
    client.send([2, 1, "nested", { log: log.path }]);
    await until(() => log.exists);
    if (how === "leave") client.destroy();
    else expect(await client.ask([7, 1])).toEqual([4, 1, "CANCELLED", expect.any(String)]);
    await expectHeeded(() => log.text, "true AppError CANCELLED", thread);
  });

  it("hears that its stream was left before its end", async () => {
    const log = marks()("log");
    const client = await run.connect();
    const [, , thread] = (await client.ask([2, 1, "first", { log: log.path }])) as unknown[];
    expect(thread).toBeTypeOf("number");
    await expectHeeded(() => log.text, "left", thread);
  });
});

describe("a task that waits for a thread", () => {
  it.each(["cancel", "leave", "time"])("never begins where nobody waits for it any more (%s)", async (how) => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const [first, second] = [await run.connect(), await run.connect()];
    first.send([2, 1, "gate", { log: log.path, file: open.path, mark: "a" }]);
    await until(() => log.text === "a");
    second.send([2, 1, "note", { log: log.path, mark: "never" }, { timeoutMs: how === "time" ? 50 : 5_000 }]);
    if (how === "cancel") second.send([7, 1]);
    if (how === "leave") await second.close();
    else expect(await second.next()).toEqual([4, 1, how === "time" ? "TIMEOUT" : "CANCELLED", expect.any(String)]);
    open.write();
    expect(await first.next()).toEqual([3, 1, expect.any(Number)]);
    const third = await run.connect();
    await third.ask([2, 1, "note", { log: log.path, mark: "b" }]);
    expect(log.text).toBe("aAb");
  });
});
