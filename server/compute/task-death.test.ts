import { describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";
import { marks } from "./test/files.ts";

const file = "bad-tasks.mjs";
const app = defineApp({
  procedures: {
    die: taskOf("die", { file }),
    dieTwice: taskOf("die", { file, idempotent: true }),
    dieLater: taskOf("dieLater", { file }),
    loop: taskOf("loop", { file, timeoutMs: 200 }),
    whichThread: taskOf("whichThread"),
    gate: taskOf("gate"),
    fails: taskOf("throws", { file, idempotent: true }),
  },
});

const OPTIONS = { computeThreads: 1, computeGraceMs: 20, computeMemory: 32 };
const INTERNAL = [4, 1, "INTERNAL", expect.any(String)];

const thread = async (client: RawClient) => ((await client.ask([2, 99, "whichThread"])) as [number, number, number])[2];

describe.each([
  ["timer", "stray"],
  ["rejection", "nobody cares"],
  ["exit", "exit code 3"],
  ["exitZero", "exit code 0"],
  ["memory", "out of memory"],
])("a task whose thread dies of %s", (how, text) => {
  it("fails with INTERNAL, the log has the reason, and the task on another thread does not notice", async () => {
    const run = await serve(app, { ...OPTIONS, computeThreads: 2 });
    const errors: unknown[] = [];
    run.server.on("error", (error) => void errors.push(error));
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const [client, neighbour] = [await run.connect(), await run.connect()];
    neighbour.send([2, 1, "gate", { log: log.path, file: open.path, mark: "n" }]);
    await until(() => log.text === "n");
    const before = await thread(client);
    expect(await client.ask([2, 1, "die", { how }])).toEqual(INTERNAL);
    expect((errors as Error[]).map(({ message }) => message)).toEqual([expect.stringContaining(text)]);
    const told = run.records.filter(({ level }) => level === "warn" || level === "error");
    expect(told.map(({ level }) => level).sort()).toEqual(["error", "warn"]);
    expect(told.find(({ level }) => level === "warn")?.message).toContain(text);
    expect(told.find(({ level }) => level === "error")?.fields).toMatchObject({ procedure: "die" });
    // and life goes on, here and there
    expect(await thread(client)).not.toBe(before);
    open.write();
    expect(await neighbour.next()).toEqual([3, 1, expect.any(Number)]);
    expect(log.text).toBe("nN");
  });
});

describe.each(FORMATS)("a thread that dies, over %s", (format) => {
  it("ends a stream behind the items that were sent", async () => {
    const client = await (await serve(app, OPTIONS)).connect({ format });
    client.send([2, 1, "die", { how: "exit", items: 3 }]);
    expect(await client.take(3)).toEqual([0, 1, 2].map((item) => [6, 1, item]));
    expect(await client.next()).toEqual(INTERNAL);
    await thread(client);
  });
});

it("a thread that dies without a task is replaced, and nobody fails", async () => {
  const run = await serve(app, OPTIONS);
  const client = await run.connect();
  const [, , before] = (await client.ask([2, 1, "dieLater", 5])) as [number, number, number];
  await until(() =>
    run.records.some(({ message }) => message.includes("compute thread ended: nobody caught an error: stray")),
  );
  expect(await thread(client)).not.toBe(before);
  expect(run.records.filter(({ level }) => level === "error")).toEqual([]);
});

it("tasks that wait while threads die are all served", async () => {
  const run = await serve(app, { ...OPTIONS, computeThreads: 2 });
  const client = await run.connect();
  const calls = Array.from({ length: 30 }, (_, id) =>
    id % 3 === 0 ? [2, id, "die", { how: "exit" }] : [2, id, "whichThread"],
  );
  client.send(calls);
  const answers = (await client.take(30)) as [number, number][];
  const kinds = answers.sort(([, a], [, b]) => a - b).map(([kind]) => kind);
  expect(kinds).toEqual(calls.map((_, id) => (id % 3 === 0 ? 4 : 3)));
});

it("a task that never ends is answered with TIMEOUT, and its thread replaced", async () => {
  const client = await (await serve(app, OPTIONS)).connect();
  const [, , looping] = (await client.ask([2, 1, "loop"])) as [number, number, number];
  expect(await client.next()).toEqual([4, 1, "TIMEOUT", expect.any(String)]);
  expect(await thread(client)).not.toBe(looping);
});

describe("an idempotent task whose thread dies", () => {
  it("is run once more", async () => {
    const log = marks()("log");
    const run = await serve(app, OPTIONS);
    const client = await run.connect();
    expect(await client.ask([2, 1, "dieTwice", { how: "exit", log: log.path, onlyOnce: true }])).toEqual([
      3,
      1,
      "alive",
    ]);
    expect(log.text).toBe("..");
    expect(run.records.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("is not run a third time", async () => {
    const log = marks()("log");
    const client = await (await serve(app, OPTIONS)).connect();
    expect(await client.ask([2, 1, "dieTwice", { how: "exit", log: log.path }])).toEqual(INTERNAL);
    await thread(client);
    expect(log.text).toBe("..");
  });

  it("is not run again when items of it were sent", async () => {
    const log = marks()("log");
    const client = await (await serve(app, OPTIONS)).connect();
    client.send([2, 1, "dieTwice", { how: "exit", log: log.path, items: 1 }]);
    expect(await client.take(2)).toEqual([[6, 1, 0], INTERNAL]);
    await thread(client);
    expect(log.text).toBe(".");
  });

  it("has its input again, however large", async () => {
    const log = marks()("log");
    const client = await (await serve(app, OPTIONS)).connect({ format: "msgpack" });
    const input = { how: "exit", log: log.path, onlyOnce: true, ballast: new Uint8Array(500_000).fill(7) };
    expect(await client.ask([2, 1, "dieTwice", input])).toEqual([3, 1, "alive"]);
  });

  it("is not run again where it is not idempotent, nor where it just failed", async () => {
    const log = marks()("log");
    const client = await (await serve(app, OPTIONS)).connect();
    expect(await client.ask([2, 1, "die", { how: "exit", log: log.path, onlyOnce: true }])).toEqual(INTERNAL);
    expect(await client.ask([2, 1, "fails", "type"])).toEqual(INTERNAL);
    await thread(client);
    expect(log.text).toBe(".");
  });
});
