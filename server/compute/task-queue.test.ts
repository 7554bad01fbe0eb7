import { describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import type { RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";
import { type Mark, marks } from "./test/files.ts";

const app = defineApp({
  procedures: {
    gate: taskOf("gate"),
    note: taskOf("note"),
    one: taskOf("gate", { concurrency: 1 }),
    high: taskOf("note", { priority: "high" }),
    low: taskOf("note", { priority: "low" }),
    size: taskOf("look"),
  },
});

/** Keeps a thread busy until the file is there. */
async function occupy(client: RawClient, log: Mark, open: Mark, mark = "g"): Promise<void> {
  const before = log.text.length;
  client.send([2, 1_000, "gate", { log: log.path, mark, file: open.path }]);
  await until(() => log.text.length > before);
}

const OVERLOADED = (id: number) => [4, id, "OVERLOADED", expect.any(String), { retryAfterMs: expect.any(Number) }];

describe("where as many tasks wait as may", () => {
  it("another one of the same caller is refused, and told when to come back", async () => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const client = await (await serve(app, { computeThreads: 1, computeQueue: 2 })).connect();
    await occupy(client, log, open);
    for (let id = 1; id <= 3; id++) client.send([2, id, "note", { log: log.path, mark: String(id) }]);
    const refused = (await client.next()) as [number, number, string, string, { retryAfterMs: number }];
    expect(refused).toEqual(OVERLOADED(3));
    expect(refused[4].retryAfterMs).toBeGreaterThanOrEqual(100);
    expect(refused[4].retryAfterMs).toBeLessThanOrEqual(60_000);
    open.write();
    expect(await client.take(3)).toEqual([1_000, 1, 2].map((id) => [3, id, expect.any(Number)]));
    expect(log.text).toBe("gG12");
    // and now there is room again
    expect(await client.ask([2, 4, "note", { log: log.path, mark: "4" }])).toEqual([3, 4, expect.any(Number)]);
  });

  it("another caller still gets in, and the latest of who has most is refused", async () => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const run = await serve(app, { computeThreads: 1, computeQueue: 3 });
    const [greedy, modest] = [await run.connect(), await run.connect()];
    await occupy(greedy, log, open);
    for (let id = 1; id <= 3; id++) greedy.send([2, id, "note", { log: log.path, mark: String(id) }]);
    await greedy.settled();
    modest.send([2, 1, "note", { log: log.path, mark: "m" }]);
    expect(await greedy.next()).toEqual(OVERLOADED(3));
    open.write();
    expect(await modest.next()).toEqual([3, 1, expect.any(Number)]);
    expect(await greedy.take(3)).toEqual([1_000, 1, 2].map((id) => [3, id, expect.any(Number)]));
    expect([...log.text].sort().join("")).toBe("12Ggm");
  });

  it("counts bytes of input as well", async () => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const client = await (await serve(app, { computeThreads: 1, computeBudget: 100_000 })).connect({
      format: "msgpack",
    });
    await occupy(client, log, open);
    for (let id = 1; id <= 3; id++) client.send([2, id, "size", Buffer.alloc(40_000)]);
    expect(await client.next()).toEqual(OVERLOADED(3));
    open.write();
    expect(await client.take(3)).toEqual([1_000, 1, 2].map((id) => [3, id, expect.anything()]));
    // more than the whole budget: no waiting makes room for it
    expect(await client.ask([2, 4, "size", Buffer.alloc(100_001)])).toEqual([4, 4, "TOO_LARGE", expect.any(String)]);
  });
});

describe("two callers", () => {
  it("have their turn one after the other, however many calls one of them makes", async () => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const run = await serve(app, { computeThreads: 1 });
    const [greedy, modest] = [await run.connect(), await run.connect()];
    await occupy(greedy, log, open);
    greedy.send(Array.from({ length: 20 }, (_, id) => [2, id, "note", { log: log.path, mark: "g" }]));
    await greedy.settled();
    modest.send(Array.from({ length: 3 }, (_, id) => [2, id, "note", { log: log.path, mark: "m" }]));
    await modest.settled();
    open.write();
    await greedy.take(21);
    expect(log.text).toMatch(/^gGg{0,1}mgmgmg+$/);
  });
});

describe("a procedure with a concurrency of 1", () => {
  it("never runs twice at a time, and leaves the other thread to others", async () => {
    const mark = marks();
    const [log, notes, open] = [mark("log"), mark("notes"), mark("open")];
    const client = await (await serve(app, { computeThreads: 2 })).connect();
    for (const [id, name] of ["a", "b", "c"].entries()) {
      client.send([2, id, "one", { log: log.path, mark: name, file: open.path }]);
    }
    await until(() => log.text === "a");
    // behind three that have to wait for each other
    expect(await client.ask([2, 4, "note", { log: notes.path, mark: "n" }])).toEqual([3, 4, expect.any(Number)]);
    expect(log.text).toBe("a");
    open.write();
    await client.take(3);
    expect(log.text).toBe("aAbBcC");
  });
});

describe("priorities", () => {
  it("share threads by weight: the urgent come first, and the others come, too", async () => {
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const client = await (await serve(app, { computeThreads: 1 })).connect();
    await occupy(client, log, open, "x");
    const names = { low: "l", note: "n", high: "h" };
    const calls = Object.entries(names).flatMap(([name, letter], level) =>
      Array.from({ length: 20 }, (_, id) => [2, level * 20 + id, name, { log: log.path, mark: letter }]),
    );
    client.send(calls);
    await client.settled();
    open.write();
    await client.take(61);
    const order = log.text.slice(2);
    const share = (letter: string) => [...order.slice(0, 21)].filter((one) => one === letter).length;
    expect(order).toHaveLength(60);
    expect(share("h")).toBeGreaterThanOrEqual(15);
    expect(share("n")).toBeGreaterThanOrEqual(3);
    expect(share("l")).toBeGreaterThanOrEqual(1);
    expect(share("n")).toBeGreaterThan(share("l"));
  });
});
