import { afterAll, beforeAll, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS } from "./test/raw-client.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    procedures: { echo: (data: unknown) => data, later: async (data: unknown) => data },
    channels: { kept: { history: true } },
  });
  run = await startTestServer(app);
});

afterAll(() => run.stop());

/** Fields that mean something to JavaScript, or to who takes objects apart, as data that a client sends. */
const LOOKALIKES = [
  '{"constructor": 1, "toJSON": 5}',
  '{"constructor": {"name": "Map"}, "toJSON": {}}',
  '{"constructor": null, "toJSON": [1], "deeper": [{"constructor": "x", "toJSON": "y"}]}',
  '{"then": 5, "catch": {}, "next": 1, "return": 2}',
  '{"then": {"then": 1}}',
  '{"toString": 5, "valueOf": null, "hasOwnProperty": 1, "length": -1}',
  '{"prototype": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
].map((text) => JSON.parse(text) as unknown);

it.each(FORMATS)("what looks like something else is data like any other, over %s", async (format) => {
  const client = await run.connect({ format });
  for (const data of LOOKALIKES) {
    expect(await client.ask([14, data])).toEqual([15, data]);
    expect(await client.ask([2, 1, "echo", data])).toEqual([3, 1, data]);
    expect(await client.ask([2, 2, "later", data])).toEqual([3, 2, data]);
    expect(await client.ask([11, 3, "kept", data])).toMatchObject([5, 3, { offset: expect.any(Number) }]);
    expect(await client.ask([2, 4, "$history", ["kept", { limit: 1 }]])).toMatchObject([3, 4, [{ data }]]);
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  // whoever may send what cannot be sent back could fill the log with that
  expect(run.records.filter(({ level }) => level === "error")).toEqual([]);
});

it("bytes, a date or a text in place of an object are none, however many fields they would make", async () => {
  const client = await run.connect({ format: "msgpack" });
  const bytes = Buffer.alloc(1_000_000);
  client.sendDeflated([0, { resume: { session: "s", secret: "x", channels: bytes } }]);
  expect(await client.next()).toEqual([4, null, "BAD_REQUEST", "resume.channels must be an object."]);
  for (const [message, what] of [
    [[0, bytes], "HELLO's options"],
    [[2, 1, "echo", 1, bytes], "CALL's options"],
    [[8, 1, "kept", new Date(1)], "SUBSCRIBE's options"],
    [[11, 1, "kept", 1, bytes], "PUBLISH's options"],
  ] as const) {
    const other = await run.connect({ format: "msgpack" });
    other.sendDeflated(message);
    expect(await other.next()).toMatchObject([
      4,
      expect.toBeOneOf([1, null]),
      "BAD_REQUEST",
      `${what} must be an object.`,
    ]);
    other.destroy();
  }
  const before = process.memoryUsage().heapUsed;
  for (const page of [bytes, "x".repeat(1_000_000)]) {
    client.sendDeflated([2, 9, "$history", ["kept", page]]);
    expect(await client.next()).toMatchObject([3, 9, expect.anything()]);
  }
  // taken apart they would be a hundred
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
});
