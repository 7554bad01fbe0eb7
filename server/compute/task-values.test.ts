import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMATS } from "../test/raw-client.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";
import { tasksApp } from "./test/compute-app.ts";

const app = tasksApp({
  echo: {},
  later: {},
  look: {},
  give: {},
  rich: {},
  flip: {},
  part: {},
  sum: {},
});

let run: TestServer;
beforeAll(async () => {
  run = await startTestServer(app, { computeThreads: 1, maxPayload: 4_000_000, deflateThreshold: 100 });
});
afterAll(() => run.stop());

const VALUES = [
  null,
  false,
  true,
  0,
  -1,
  1.5,
  2 ** 53 - 1,
  "",
  "ö😀",
  "x".repeat(10_000),
  [],
  {},
  [[null], { a: { b: [1, "2"] } }],
  Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key ${index}`, index])),
];

describe.each(FORMATS)("a task over %s", (format) => {
  it("gets what its caller sent, and its caller what it returns", async () => {
    const client = await run.connect({ format });
    for (const [id, value] of VALUES.entries()) {
      expect(await client.ask([2, id, "echo", value])).toEqual([3, id, value]);
      expect(await client.ask([2, id, "later", value])).toEqual([3, id, value]);
    }
  });

  it("gets undefined where there is no input, and null where there is null", async () => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "look"])).toMatchObject([3, 1, { type: "Undefined" }]);
    expect(await client.ask([2, 2, "look", null])).toMatchObject([3, 2, { type: "Null" }]);
  });

  it("is on another thread, and has a signal and a way to report progress", async () => {
    const client = await run.connect({ format });
    const seen = { type: "Number", parameters: ["boolean", "function"], main: false };
    expect(await client.ask([2, 1, "look", 5])).toEqual([3, 1, seen]);
  });

  it.each([
    ["undefined", []],
    ["null", [null]],
    ["false", [false]],
    ["zero", [0]],
    ["empty", [""]],
    ["text", ["ö😀"]],
    ["fraction", [0.1]],
    ["list", [[]]],
    ["nested", [{ a: [1, { b: [null, [true]] }], "": { c: "d" } }]],
  ])("may return %s", async (name, expected) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "give", name])).toEqual([3, 1, ...expected]);
  });

  it("keeps calls apart that are in flight together", async () => {
    const client = await run.connect({ format });
    client.send(Array.from({ length: 200 }, (_, id) => [2, id, id % 2 === 0 ? "echo" : "later", { id }]));
    const answers = await client.take(200);
    expect(answers).toHaveLength(200);
    const sorted = (answers as [number, number, unknown][]).sort(([, a], [, b]) => a - b);
    expect(sorted).toEqual(Array.from({ length: 200 }, (_, id) => [3, id, { id }]));
  });
});

describe("over MessagePack, a task", () => {
  it("returns dates, bytes and BigInts as what they are", async () => {
    const client = await run.connect({ format: "msgpack" });
    const rich = { date: new Date(86_400_000), bytes: Buffer.of(1, 2, 255) };
    expect(await client.ask([2, 1, "rich"])).toEqual([3, 1, rich]);
    expect(await client.ask([2, 2, "give", "big"])).toEqual([3, 2, 2n ** 63n]);
    expect(await client.ask([2, 3, "give", "nothing"])).toEqual([3, 3, Buffer.alloc(0)]);
  });

  it("gets dates, bytes and BigInts as what they are", async () => {
    const client = await run.connect({ format: "msgpack" });
    const rich = { date: new Date(5), bytes: Buffer.of(0, 255), big: 2n ** 63n };
    expect(await client.ask([2, 1, "echo", rich])).toEqual([3, 1, rich]);
    expect(await client.ask([2, 2, "look", Buffer.of(1)])).toMatchObject([3, 2, { type: "Uint8Array" }]);
  });

  it.each([1, 4_090, 4_096, 65_536, 3_000_003])("gets and gives %i bytes unharmed", async (size) => {
    const client = await run.connect({ format: "msgpack" });
    const noise = randomBytes(size);
    const [, , back] = (await client.ask([2, 1, "echo", noise])) as [number, number, Buffer];
    expect(noise.equals(back)).toBe(true);
    const [, , flipped] = (await client.ask([2, 2, "flip", noise])) as [number, number, Buffer];
    expect(noise.equals(flipped.map((byte) => byte ^ 0xff))).toBe(true);
  });

  it("may return a part of a larger buffer, and nothing else of it", async () => {
    const client = await run.connect({ format: "msgpack" });
    for (const size of [10, 100_000]) {
      const noise = randomBytes(size);
      const [, , part] = (await client.ask([2, 1, "part", noise])) as [number, number, Buffer];
      expect(noise.subarray(1, -1).equals(part)).toBe(true);
    }
  });
});
