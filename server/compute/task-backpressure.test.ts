import { describe, expect, it } from "vitest";
import { serve, until } from "../test/test-server.ts";
import { tasksApp } from "./test/compute-app.ts";
import { marks } from "./test/files.ts";

const MEBIBYTE = 1_048_576;
/** Deflated, the items would be too small to fill any buffer. */
const OPTIONS = { computeThreads: 1, computeGraceMs: 5_000, deflateThreshold: 2 ** 31 };
/** Far more than all buffers between a task and a client hold together. */
const INPUT = { items: 2_000, size: MEBIBYTE / 16 };

const app = tasksApp({
  bulk: { timeoutMs: 300 },
  bulkByProgress: { timeoutMs: 300 },
  patient: { export: "bulkByProgress" },
  whichThread: {},
});

describe("a reader that does not read", () => {
  it.each([
    ["json", "bulk"],
    ["msgpack", "bulk"],
    ["msgpack", "bulkByProgress"],
  ] as const)(
    "holds the task up until the call's time is over, and then its thread is free: %s, %s",
    async (format, name) => {
      const log = marks()("log");
      const run = await serve(app, OPTIONS);
      const [slow, other] = [await run.connect({ format }), await run.connect()];
      const [, , thread] = (await other.ask([2, 1, "whichThread"])) as [number, number, number];
      slow.send([2, 1, name, { ...INPUT, log: log.path }]);
      await slow.next();
      slow.socket.pause();
      // waits for its turn, and then gets it, on the same thread: the task gave way by itself
      expect(await other.ask([2, 2, "whichThread"])).toEqual([3, 2, thread]);
      expect(log.text.length).toBeLessThan(INPUT.items / 2);
      slow.socket.resume();
      await until(() => slow.dataFrames.flat().includes("TIMEOUT"));
    },
  );
});

it("a reader with a window holds the task up as well, until the call's time is over", async () => {
  const log = marks()("log");
  const run = await serve(app, OPTIONS);
  const client = await run.connect({ format: "msgpack" });
  const input = { items: 200, size: 16, log: log.path };
  client.send([2, 1, "bulk", input, { window: 4 }]);
  expect((await client.take(6)).map((message) => (message as [number])[0])).toEqual([6, 6, 14, 6, 6, 14]);
  expect(await client.next()).toMatchObject([4, 1, "TIMEOUT", expect.any(String)]);
  client.send([2, 2, "bulk", input, { window: 4 }]);
  let items = 0;
  for (let last = 0; last !== 3; ) {
    const [kind, echo] = (await client.next()) as [number, unknown];
    if (kind === 14) client.send([15, echo]);
    if (kind === 6) items++;
    last = kind;
  }
  expect(items).toBe(200);
});

it("a reader that reads slowly gets everything, however long that takes", async () => {
  const run = await serve(app, OPTIONS);
  const client = await run.connect({ format: "msgpack" });
  const log = marks()("log");
  client.send([2, 1, "patient", { items: 300, size: MEBIBYTE / 16, log: log.path }]);
  await client.next();
  client.socket.pause();
  let before = -1;
  // it has come to a stop
  await until(() => {
    const still = log.text.length === before;
    before = log.text.length;
    return still && before > 4;
  });
  expect(before).toBeLessThan(300);
  client.socket.resume();
  const rest = await client.take(299);
  expect(rest.map((message) => (message as [number, number, Buffer])[2][0])).toEqual(
    Array.from({ length: 299 }, (_, index) => (index + 1) % 256),
  );
  expect(await client.next()).toEqual([3, 1]);
});
