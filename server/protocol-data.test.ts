import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS } from "./test/raw-client.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    procedures: {
      echo: (data: unknown) => data,
      typeOf: (data: unknown) => Object.prototype.toString.call(data),
      polluted: () => ({ polluted: ({} as Record<string, unknown>).polluted }),
      widest: () => ({ big: 2n ** 60n + 1n, bytes: Uint8Array.of(1, 2, 3), date: new Date(0), not: Number.NaN }),
    },
    channels: { "*": {} },
  });
  run = await startTestServer(app);
});

afterAll(() => run.stop());

describe.each(FORMATS)("data over %s", (format) => {
  it.each([
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 32,
    -(2 ** 31) - 1,
    2 ** 53 - 1,
    1e300,
    true,
    false,
    null,
    "",
    "text",
    "\u0000\u001f",
    "emoji 🚀 and ümlaut",
    "x".repeat(70_000),
    [],
    [[]],
    [[[1], [2]]],
    {},
    { a: { b: { c: [1, null] } } },
    { "": 0 },
    { constructor: 1, toString: 2, length: 3 },
  ] as unknown[])("%j comes back as it went", async (data) => {
    const client = await run.connect({ format });
    expect(await client.ask([2, 1, "echo", data])).toEqual([3, 1, data]);
    client.destroy();
  });

  it("pollutes no prototype", async () => {
    const client = await run.connect({ format });
    if (format === "json") client.text('[2,1,"echo",{"__proto__":{"polluted":true},"a":1}]');
    else client.binary(Buffer.concat([Buffer.from([0x94, 2, 1]), client.pack("echo"), hostileMap()]));
    await client.next();
    expect(await client.ask([2, 2, "polluted"])).toEqual([3, 2, format === "json" ? {} : { polluted: null }]);
  });
});

/** `{"__proto__": {"polluted": true}}` as MessagePack. */
function hostileMap(): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(0xa0 | value.length), Buffer.from(value)]);
  return Buffer.concat([Buffer.of(0x81), text("__proto__"), Buffer.of(0x81), text("polluted"), Buffer.of(0xc3)]);
}

describe("what only MessagePack has", () => {
  it("comes back over MessagePack", async () => {
    const client = await run.connect({ format: "msgpack" });
    expect(await client.ask([2, 1, "echo", Buffer.from([0, 255])])).toEqual([3, 1, Buffer.from([0, 255])]);
    expect(await client.ask([2, 2, "echo", new Date(1_234)])).toEqual([3, 2, new Date(1_234)]);
    expect(await client.ask([2, 3, "typeOf", new Date(1_234)])).toEqual([3, 3, "[object Date]"]);
    expect(await client.ask([2, 4, "echo", Number.POSITIVE_INFINITY])).toEqual([3, 4, Number.POSITIVE_INFINITY]);
    expect(await client.ask([2, 5, "echo", 2n ** 63n - 1n])).toEqual([3, 5, 2n ** 63n - 1n]);
  });

  it("becomes text or null over JSON", async () => {
    const client = await run.connect();
    const inJson = { big: "1152921504606846977", bytes: "AQID", date: "1970-01-01T00:00:00.000Z", not: null };
    expect(await client.ask([2, 1, "widest"])).toEqual([3, 1, inJson]);
  });

  it("reaches subscribers of either kind, published by either", async () => {
    const json = await run.connect();
    const msgpack = await run.connect({ format: "msgpack" });
    await json.ask([8, 1, "mixed"]);
    await msgpack.ask([8, 1, "mixed"]);
    const data = { bytes: Buffer.from([1, 2, 3, 4]), at: new Date(5) };
    msgpack.send([11, null, "mixed", data]);
    expect(await msgpack.next()).toEqual([12, "mixed", data]);
    expect(await json.next()).toEqual([12, "mixed", { bytes: "AQIDBA==", at: "1970-01-01T00:00:00.005Z" }]);
    json.send([11, null, "mixed", ["from", { json: true }]]);
    expect(await msgpack.next()).toEqual([12, "mixed", ["from", { json: true }]]);
    expect(await json.next()).toEqual([12, "mixed", ["from", { json: true }]]);
  });
});
