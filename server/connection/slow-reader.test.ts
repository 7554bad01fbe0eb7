import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { serve, until } from "../test/test-server.ts";

const MEBIBYTE = 1_048_576;
const SEND_BUDGET = MEBIBYTE / 2;
/** What no deflating makes smaller. */
const NOISE = randomBytes(MEBIBYTE / 16);

/** A close frame needs room as well: where there is none, the connection just ends, which clients treat alike. */
const CUT_OFF = [1006, 4508];

const app = defineApp({
  procedures: { much: () => NOISE, echo: (data: unknown) => data },
  channels: { "*": {} },
});

it("a reader that reads nothing of its answers is closed with 4508, and others do not notice", async () => {
  const ended: number[] = [];
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  run.server.on("terminated", (_, code) => void ended.push(code));
  const [slow, other] = [await run.connect({ format: "msgpack" }), await run.connect()];
  slow.socket.pause();
  const before = process.memoryUsage().rss;
  let asked = 0;
  // ten megabytes and more in kernel buffers are possible
  await until(async () => {
    for (let times = 0; times < 50; times++) slow.send([2, asked++, "much"]);
    expect(await other.ask([2, 1, "echo", asked])).toEqual([3, 1, asked]);
    return (await run.counters()).slowReaders === 1;
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * MEBIBYTE);
  slow.socket.resume();
  expect(CUT_OFF).toContain((await slow.closed).code);
  const answers = slow.dataFrames.flat() as unknown[];
  expect(answers.length).toBeLessThan(asked * 3);
  await until(() => ended.length >= 1);
  expect(ended).toContain(4508);
});

it("a subscriber that reads nothing is closed, and the others get every publication", async () => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const [slow, good] = [await run.connect({ format: "msgpack" }), await run.connect({ format: "msgpack" })];
  for (const client of [slow, good]) await client.ask([8, 1, "noise"]);
  slow.socket.pause();
  let published = 0;
  let read = 0;
  await until(async () => {
    for (let times = 0; times < 4; times++) run.server.publish("noise", [published++, NOISE]);
    while (read < published) expect(((await good.next()) as [12, string, [number]])[2][0]).toBe(read++);
    return (await run.counters()).slowReaders === 1;
  });
  slow.socket.resume();
  expect(CUT_OFF).toContain((await slow.closed).code);
  // no gap: it got the first so many, and then the end
  const numbers = (slow.dataFrames.slice(1) as [12, string, [number]][]).map(([, , [number]]) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index));
});

it("a reader that never comes back is cut off", async () => {
  const run = await serve(app, { sendBudget: SEND_BUDGET });
  const ended: number[] = [];
  run.server.on("terminated", (_, code) => void ended.push(code));
  const slow = await run.connect({ format: "msgpack" });
  slow.socket.pause();
  let id = 0;
  await until(() => {
    for (let times = 0; times < 50; times++) slow.send([2, id++, "much"]);
    return slow.socket.writableLength > MEBIBYTE || ended.length > 0 || id > 2_000;
  });
  await until(() => ended.length === 1, 8_000);
});

it("one that is merely behind is not closed, and gets all of it", async () => {
  const run = await serve(app, { sendBudget: 8 * MEBIBYTE });
  const client = await run.connect({ format: "msgpack" });
  client.socket.pause();
  client.send(Array.from({ length: 100 }, (_, id) => [2, id, "much"]));
  const observer = await run.connect();
  await observer.settled();
  client.socket.resume();
  const answers = (await client.take(100)) as [number, number, Uint8Array][];
  expect(answers.map(([, id]) => id)).toEqual(Array.from({ length: 100 }, (_, id) => id));
  expect(answers.every(([, , data]) => NOISE.equals(data))).toBe(true);
});
