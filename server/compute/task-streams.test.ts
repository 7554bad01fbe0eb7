import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";
import { tasksApp } from "./test/compute-app.ts";

const app = tasksApp({
  count: {},
  countLater: {},
  countByProgress: {},
  countBothWays: {},
  bulk: {},
  bulkByProgress: {},
  yields: {},
  failInTheMiddle: {},
});

let run: TestServer;
beforeAll(async () => {
  run = await startTestServer(app, { computeThreads: 1 });
});
afterAll(() => run.stop());

/** All items of a call, and the message that ended it. */
async function collect(client: RawClient, id: number, name: string, input: unknown) {
  const items: unknown[] = [];
  client.send([2, id, name, input]);
  for (;;) {
    const message = (await client.next()) as [number, number, ...unknown[]];
    expect(message[1]).toBe(id);
    if (message[0] !== 6) return { items, end: message };
    expect(message).toHaveLength(3);
    items.push(message[2]);
  }
}

const numbers = (to: number) => Array.from({ length: to }, (_, index) => index);

describe.each(FORMATS)("a streaming task over %s", (format) => {
  it.each([
    ["generator", "count", [3, 1, "end"]],
    ["async generator", "countLater", [3, 1, { to: 20 }]],
    ["function with progress", "countByProgress", [3, 1, 20]],
    ["generator with progress", "countBothWays", [3, 1]],
  ])("that is a %s sends its items in order, and then its result", async (_, name, end) => {
    const client = await run.connect({ format });
    expect(await collect(client, 1, name, 20)).toEqual({ items: numbers(20), end });
  });

  it.each(["count", "countByProgress"])("that has nothing to send just ends: %s", async (name) => {
    const client = await run.connect({ format });
    expect(await collect(client, 1, name, 0)).toMatchObject({ items: [], end: [3, 1, expect.anything()] });
  });

  it("sends undefined, null and whatever else is falsy", async () => {
    const client = await run.connect({ format });
    const values = [null, false, 0, "", [], null];
    expect(await collect(client, 1, "yields", values)).toEqual({ items: values, end: [3, 1] });
  });

  it.each(["count", "countByProgress"])("loses none of thousands of items: %s", async (name) => {
    const client = await run.connect({ format });
    const { items } = await collect(client, 1, name, 4_000);
    expect(items).toEqual(numbers(4_000));
  });

  it("that fails in the middle is answered with the error behind its items", async () => {
    const client = await run.connect({ format });
    const end = [4, 1, "HALFWAY", "No more.", { to: 3 }];
    expect(await collect(client, 1, "failInTheMiddle", 3)).toEqual({ items: [0, 1, 2], end });
  });

  it("has an id of its own for each call, and may be called again under the same", async () => {
    const client = await run.connect({ format });
    for (let time = 0; time < 3; time++) {
      expect((await collect(client, 7, "count", 100)).items).toHaveLength(100);
    }
  });
});

describe("items of bytes", () => {
  it.each([
    ["bulk", 1, 500_000],
    ["bulk", 200, 100_000],
    ["bulkByProgress", 200, 100_000],
    ["bulkByProgress", 5_000, 1_000],
  ])("come whole and in order, many times what may be on the way: %s, %i of %i bytes", async (name, items, size) => {
    const client = await run.connect({ format: "msgpack" });
    const got = await collect(client, 1, name, { items, size });
    expect(got.end).toEqual([3, 1]);
    expect(got.items).toHaveLength(items);
    for (const [index, item] of (got.items as Buffer[]).entries()) {
      expect(item.equals(Buffer.alloc(size, index))).toBe(true);
    }
  });
});

describe("two streams", () => {
  it("on two threads do not get into each other", async () => {
    const two = await startTestServer(app, { computeThreads: 2 });
    const client = await two.connect({ format: "msgpack" });
    client.send([2, 1, "count", 3_000]);
    client.send([2, 2, "countByProgress", 3_000]);
    const seen: Record<number, unknown[]> = { 1: [], 2: [] };
    for (let ends = 0; ends < 2; ) {
      const [kind, id, value] = (await client.next()) as [number, number, unknown];
      if (kind === 3) ends++;
      else seen[id]?.push(value);
    }
    expect(seen).toEqual({ 1: numbers(3_000), 2: numbers(3_000) });
    await two.stop();
  });
});
