import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { deflated, FORMATS, type RawClient } from "./test/raw-client.ts";
import { Opcode } from "./test/raw-frames.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

const MAX_PAYLOAD = 10_000;
const LIMITS = { maxPayload: MAX_PAYLOAD, maxDepth: 10, maxElements: 1_000 };

let run: TestServer;
let bystander: RawClient;

beforeAll(async () => {
  run = await startTestServer(defineApp({ procedures: { echo: (data: unknown) => data } }), LIMITS);
  bystander = await run.connect();
});

afterAll(async () => {
  // nothing of all this was anybody else's business
  expect(await bystander.ask([14, "still here"])).toEqual([15, "still here"]);
  await run.stop();
});

async function expectRefusal(client: RawClient, errorCode: string, closeCode: number): Promise<void> {
  client.send([14, "nobody reads this any more"]);
  expect(await client.next()).toEqual([4, null, errorCode, expect.stringMatching(/\.$/)]);
  expect((await client.closed).code).toBe(closeCode);
  await expect(client.next()).rejects.toThrow("nothing more came");
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

describe("text that does not decode: ERROR, then 1007", () => {
  it.each([
    ["nothing at all", ""],
    ["words", "hello"],
    ["half a message", '[2,1,"echo"'],
    ["a string that does not end", '[2,1,"echo]'],
    ["two messages", "[14][14]"],
    ["a comma too many", "[14,]"],
    ["what is JavaScript and no JSON", "[14,undefined]"],
    ["a byte order mark", "\ufeff[14]"],
    ["what is nested too deep", JSON.stringify([14, nested(10)])],
    ["what is nested far too deep", "[".repeat(9_000)],
    ["too many elements", JSON.stringify([14, Array(1_000).fill(0)])],
  ])("%s", async (_, text) => {
    const client = await run.connect();
    client.text(text);
    await expectRefusal(client, "BAD_REQUEST", 1007);
  });
});

describe("bytes that do not decode: ERROR, then 1007", () => {
  it.each([
    ["nothing at all", []],
    ["half a message", [0x92, 14]],
    ["two messages", [0x91, 14, 0x91, 14]],
    ["an array that claims four billion elements", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["a map that claims four billion", [0x92, 14, 0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["a string that claims four billion bytes", [0x92, 14, 0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ["an extension", [0x92, 14, 0xd4, 0x01, 0x00]],
    ["msgpackr's record definition", [0x92, 14, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01]],
    ["a deflate marker and nothing", [0xc1]],
    ["a deflate marker and no DEFLATE", [0xc1, 0xff, 0xff, 0xff]],
    ["JSON", [...Buffer.from("[14]")]],
  ])("%s", async (_, bytes) => {
    const client = await run.connect({ format: "msgpack" });
    client.binary(Buffer.from(bytes));
    await expectRefusal(client, "BAD_REQUEST", 1007);
  });

  it("deflated nonsense, and DEFLATE in DEFLATE", async () => {
    for (const inner of [Buffer.from("nonsense"), deflated(Buffer.of(0x91, 14)), Buffer.of()]) {
      const client = await run.connect({ format: "msgpack" });
      client.binary(deflated(inner));
      await expectRefusal(client, "BAD_REQUEST", 1007);
    }
  });

  it("DEFLATE that is cut off", async () => {
    const client = await run.connect({ format: "msgpack" });
    client.binary(deflated(client.pack([14, "some text ".repeat(100)])).subarray(0, 20));
    await expectRefusal(client, "BAD_REQUEST", 1007);
  });

  it("too deep, or too many elements", async () => {
    for (const data of [nested(10), Array(1_000).fill(0)]) {
      const client = await run.connect({ format: "msgpack" });
      client.send([14, data]);
      await expectRefusal(client, "BAD_REQUEST", 1007);
    }
  });
});

describe.each(FORMATS)("what is too large over %s: TOO_LARGE, then 1009", (format) => {
  it("is larger than maxPayload", async () => {
    const client = await run.connect({ format });
    client.send([14, "x".repeat(MAX_PAYLOAD)]);
    await expectRefusal(client, "TOO_LARGE", 1009);
  });

  it("is not what has exactly maxPayload bytes", async () => {
    const client = await run.connect({ format });
    const overhead = format === "json" ? 7 : 5;
    const echo = "x".repeat(MAX_PAYLOAD - overhead);
    expect(await client.ask([14, echo])).toEqual([15, echo]);
    client.send([14, `${echo}x`]);
    await expectRefusal(client, "TOO_LARGE", 1009);
  });

  it("is a batch that is larger, be its messages small", async () => {
    const client = await run.connect({ format });
    client.send(Array(20).fill([14, "x".repeat(MAX_PAYLOAD / 20)]));
    await expectRefusal(client, "TOO_LARGE", 1009);
  });

  it("ends the connection where it is far larger, whatever of it was sent", async () => {
    const client = await run.connect({ format });
    const opcode = format === "json" ? Opcode.TEXT : Opcode.BINARY;
    client.frame({ opcode, payload: "begins", length: 5_000_000_000 });
    const { code } = await client.closed;
    expect([1006, 1009]).toContain(code);
  });
});

it("a message in several bytes a character is measured in bytes", async () => {
  const client = await run.connect();
  client.send([14, "ü".repeat(MAX_PAYLOAD / 2)]);
  await expectRefusal(client, "TOO_LARGE", 1009);
});

describe("what inflates", () => {
  it("is taken up to maxPayload exactly", async () => {
    const client = await run.connect({ format: "msgpack" });
    const echo = "x".repeat(MAX_PAYLOAD - 5);
    client.sendDeflated([14, echo]);
    expect(await client.next()).toEqual([15, echo]);
  });

  it("beyond that is refused as too large", async () => {
    const client = await run.connect({ format: "msgpack" });
    client.sendDeflated([14, "x".repeat(MAX_PAYLOAD - 4)]);
    await expectRefusal(client, "TOO_LARGE", 1009);
  });

  it("far beyond that costs nothing like its size", async () => {
    const client = await run.connect({ format: "msgpack" });
    const bomb = deflated(Buffer.alloc(8_000_000));
    expect(bomb.length).toBeLessThan(MAX_PAYLOAD);
    const before = process.memoryUsage().arrayBuffers;
    client.binary(bomb);
    await expectRefusal(client, "TOO_LARGE", 1009);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
  });
});

it("frames that do not decode are counted in $health", async () => {
  const before = (await run.counters()).undecodable as number;
  const client = await run.connect();
  client.text("{");
  await client.closed;
  expect((await run.counters()).undecodable).toBe(before + 1);
});
