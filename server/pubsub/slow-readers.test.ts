import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { FORMATS, type RawClient } from "../test/raw-client.ts";
import { serve, type TestServer, until } from "../test/test-server.ts";

const SEND_BUDGET = 512 * 1024;
/** What no deflating makes smaller. */
const NOISE = randomBytes(48 * 1024);
/** More than any kernel keeps on the way between the two. */
const MANY = 600;

const app = defineApp({
  channels: {
    "drop:*": { slowReaders: "drop-oldest" },
    "latest:*": { slowReaders: "latest" },
    "kept:*": { slowReaders: "drop-oldest", history: { size: MANY } },
    "*": {},
  },
});

async function subscriber(run: TestServer, format: RawClient["format"], channel: string): Promise<RawClient> {
  const client = await run.connect({ format });
  await client.ask([8, 1, channel]);
  return client;
}

/** Publishes while nobody reads, a turn for each, and then one that is the last. */
async function flood(run: TestServer, ...channels: string[]): Promise<void> {
  for (let number = 0; number < MANY; number++) {
    for (const channel of channels) run.server.publish(channel, [number, NOISE]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const channel of channels) run.server.publish(channel, ["last"]);
}

/** The numbers that came, up to the last publication. */
async function numbers(client: RawClient): Promise<number[]> {
  const all: number[] = [];
  for (;;) {
    const [, , [number]] = (await client.next()) as [number, string, [number | "last"]];
    if (number === "last") return all;
    all.push(number);
  }
}

function expectRising(all: readonly number[]): void {
  expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
}

it.each(FORMATS)("a slow reader is left out of the oldest publications, and never closed, over %s", async (format) => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const [slow, good] = [await subscriber(run, format, "drop:a"), await subscriber(run, format, "drop:a")];
  slow.socket.pause();
  const read = numbers(good);
  await flood(run, "drop:a");
  expect(await read).toEqual(Array.from({ length: MANY }, (_, index) => index));
  slow.socket.resume();
  const got = await numbers(slow);
  expectRising(got);
  expect(got.length).toBeLessThan(MANY);
  expect(got.slice(-2)).toEqual([MANY - 2, MANY - 1]);
  const counters = await run.counters();
  expect(counters).toMatchObject({ slowReaders: 0, leftOut: MANY - got.length });
  // it is a reader like any other from then on
  run.server.publish("drop:a", ["again"]);
  expect(await slow.next()).toMatchObject({ 2: ["again"] });
});

it.each(FORMATS)("a slow reader is given the newest only, once it reads, over %s", async (format) => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const slow = await subscriber(run, format, "latest:a");
  slow.socket.pause();
  await flood(run, "latest:a");
  slow.socket.resume();
  const got = await numbers(slow);
  expectRising(got);
  const { leftOut, slowReaders } = await run.counters();
  expect({ slowReaders, leftOut }).toEqual({ slowReaders: 0, leftOut: MANY - got.length });
  // nothing waited here but the last one: what came before it was on its way already
  expect(got).toEqual(got.map((_, index) => index));
});

it("the newest of each channel waits for who has subscribed to a pattern", async () => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const slow = await subscriber(run, "msgpack", "latest:*");
  slow.socket.pause();
  await flood(run, "latest:a", "latest:b");
  slow.socket.resume();
  const last = new Set<string>();
  while (last.size < 2) {
    const [, channel, [number]] = (await slow.next()) as [number, string, [number | "last"]];
    if (number === "last") last.add(channel);
    else expect(last.has(channel)).toBe(false);
  }
});

it("what waits for one connection is bounded over all its channels, and beyond it is closed", async () => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const slow = await run.connect({ format: "msgpack" });
  for (let index = 0; index < 30; index++) await slow.ask([8, index, `latest:${index}`]);
  slow.socket.pause();
  await until(async () => {
    for (let index = 0; index < 30; index++) run.server.publish(`latest:${index}`, [0, NOISE]);
    return (await run.counters()).slowReaders === 1;
  });
  slow.destroy();
});

it("a channel with history tells by its offsets what was left out, and gives it back to who asks", async () => {
  const run = await serve(app, { sendBudget: SEND_BUDGET, historyBudget: 2 ** 30 });
  const client = await run.connect({ format: "msgpack" });
  const [, , { epoch }] = (await client.ask([8, 1, "kept:a"])) as [number, number, { epoch: string }];
  client.socket.pause();
  await flood(run, "kept:a");
  client.socket.resume();
  const got = await numbers(client);
  expect(got.length).toBeLessThan(MANY);
  const missing = got.findIndex((number, index) => number !== index);
  client.send([8, 2, "kept:a", { since: { epoch, offset: missing } }]);
  expect(await client.next()).toEqual([9, 2, { epoch, offset: MANY + 1, recovered: true }]);
  expect(await numbers(client)).toEqual(Array.from({ length: MANY - missing }, (_, index) => missing + index));
});
