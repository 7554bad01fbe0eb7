import { describe, expect, it } from "vitest";
import { defineApp } from "../index.ts";
import type { RawClient } from "../test/raw-client.ts";
import { serve, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";
import { marks } from "./test/files.ts";

const file = "cancel-tasks.mjs";
const app = defineApp({
  procedures: {
    spins: taskOf("spins", { file }),
    sleeps: taskOf("sleeps", { file }),
    whichThread: taskOf("whichThread"),
    gate: taskOf("gate"),
  },
});

/** Begins a task and tells which thread it is on. */
async function begin(client: RawClient, name: string): Promise<unknown> {
  const [kind, , thread] = (await client.ask([2, 1, name])) as [number, number, number];
  expect(kind).toBe(6);
  return thread;
}

describe.each(["spins", "sleeps"])("a task that heeds nothing (%s)", (name) => {
  it("loses its thread after the grace, and another thread takes its place", async () => {
    const run = await serve(app, { computeThreads: 1, computeGraceMs: 50 });
    const client = await run.connect();
    const thread = await begin(client, name);
    client.send([7, 1]);
    expect(await client.next()).toEqual([4, 1, "CANCELLED", expect.any(String)]);
    const [kind, , next] = (await client.ask([2, 2, "whichThread"])) as [number, number, number];
    expect(kind).toBe(3);
    expect(next).not.toBe(thread);
    expect(run.records.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
      expect.stringMatching(/compute thread ended.*cancelled/),
    ]);
  });

  it("loses its thread as well where its time is over, or its caller leaves", async () => {
    const run = await serve(app, { computeThreads: 1, computeGraceMs: 20 });
    for (const how of ["time", "leave"]) {
      const [client, other] = [await run.connect(), await run.connect()];
      client.send([2, 1, name, undefined, { timeoutMs: how === "time" ? 200 : 10_000 }]);
      const [, , thread] = (await client.next()) as [number, number, number];
      if (how === "leave") await client.close();
      else expect(await client.next()).toEqual([4, 1, "TIMEOUT", expect.any(String)]);
      const [, , next] = (await other.ask([2, 1, "whichThread"])) as [number, number, number];
      expect(next).not.toBe(thread);
    }
  });

  it("does not take the task on another thread with it", async () => {
    const run = await serve(app, { computeThreads: 2, computeGraceMs: 20 });
    const mark = marks();
    const [log, open] = [mark("log"), mark("open")];
    const [client, neighbour] = [await run.connect(), await run.connect()];
    neighbour.send([2, 1, "gate", { log: log.path, file: open.path, mark: "n" }]);
    await until(() => log.text === "n");
    const thread = await begin(client, name);
    client.send([7, 1]);
    await client.next();
    expect(await client.ask([2, 2, "whichThread"])).not.toEqual([3, 2, thread]);
    open.write();
    const [kind, , untouched] = (await neighbour.next()) as [number, number, number];
    expect(kind).toBe(3);
    expect(untouched).not.toBe(thread);
    expect(log.text).toBe("nN");
  });

  it("does not hold up the server's end", async () => {
    const run = await serve(app, { computeThreads: 1, computeGraceMs: 60_000, drainMs: 10 });
    const client = await run.connect();
    await begin(client, name);
    const since = performance.now();
    await run.stop();
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});

it("a task that is cancelled has the whole grace for itself", async () => {
  const run = await serve(app, { computeThreads: 1, computeGraceMs: 200 });
  const client = await run.connect();
  await begin(client, "spins");
  const since = performance.now();
  client.send([7, 1]);
  await client.next();
  await client.ask([2, 2, "whichThread"]);
  expect(performance.now() - since).toBeGreaterThan(195);
});
