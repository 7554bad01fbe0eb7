import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import type { RawClient } from "../test/raw-client.ts";
import { encodeFrame, Opcode, type RawFrame } from "../test/raw-frames.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";

let run: TestServer;
let bystander: RawClient;
let lastEcho = 0;

beforeAll(async () => {
  run = await startTestServer(defineApp({ procedures: { echo: (data: unknown) => data } }));
  bystander = await run.connect();
});

afterEach(async () => {
  expect(await bystander.ask([14, ++lastEcho])).toEqual([15, lastEcho]);
});

afterAll(() => run.stop());

const PING = "[14]";

describe("a frame that RFC 6455 forbids ends its connection, and nothing of it is done", () => {
  it.each([
    ["the first reserved bit, without an extension", { opcode: Opcode.TEXT, payload: PING, reserved: 4 }],
    ["the second reserved bit", { opcode: Opcode.TEXT, payload: PING, reserved: 2 }],
    ["the third reserved bit", { opcode: Opcode.BINARY, payload: PING, reserved: 1 }],
    ["an opcode that is none", { opcode: 3, payload: PING }],
    ["a control opcode that is none", { opcode: 11, payload: PING }],
    ["a ping of 126 bytes", { opcode: Opcode.PING, payload: "x".repeat(126) }],
    ["a ping in two fragments", { opcode: Opcode.PING, payload: "x", fin: false }],
    ["a close frame of one byte", { opcode: Opcode.CLOSE, payload: "x" }],
    ["a continuation of nothing", { opcode: Opcode.CONTINUATION, payload: PING }],
    ["text that is no UTF-8", { opcode: Opcode.TEXT, payload: Buffer.from([0x5b, 0xff, 0xfe, 0x5d]) }],
    ["text that ends within a character", { opcode: Opcode.TEXT, payload: Buffer.from([0x22, 0xe2, 0x82]) }],
    ["an overlong encoding", { opcode: Opcode.TEXT, payload: Buffer.from([0x22, 0xc0, 0xaf, 0x22]) }],
    ["half of a surrogate pair", { opcode: Opcode.TEXT, payload: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }],
    ["a length that no message has", { opcode: Opcode.TEXT, payload: PING, length: 2 ** 62 }],
  ] as [string, RawFrame][])("%s", async (_, frame) => {
    const client = await run.connect();
    client.frame(frame);
    client.text('[14,"not reached"]');
    const { code } = await client.closed;
    expect([1002, 1005, 1006, 1007, 1009]).toContain(code);
    expect(client.dataFrames.filter((message) => (message as unknown[])[0] === 15)).toEqual([]);
  });

  it("fragments of two messages mixed up", async () => {
    const client = await run.connect();
    client.frame(
      { opcode: Opcode.TEXT, payload: "[14,", fin: false },
      { opcode: Opcode.TEXT, payload: '"new"]' },
      { opcode: Opcode.CONTINUATION, payload: '"old"]' },
    );
    expect([1002, 1006]).toContain((await client.closed).code);
  });

  it("a close frame with a code that may not be sent", async () => {
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 5000]) {
      const client = await run.connect();
      await client.close(code);
    }
  });
});

describe("a frame that RFC 6455 allows is taken", () => {
  it("in fragments, however small, and cut inside a character", async () => {
    const client = await run.connect();
    const bytes = Buffer.from('[14,"ü€🚀"]');
    const frames = [...bytes].map((byte, index) => ({
      opcode: index === 0 ? Opcode.TEXT : Opcode.CONTINUATION,
      payload: Buffer.of(byte),
      fin: index === bytes.length - 1,
    }));
    client.frame(...frames);
    expect(await client.next()).toEqual([15, "ü€🚀"]);
  });

  it("in fragments with a ping between them, which is answered at once", async () => {
    const client = await run.connect();
    client.frame({ opcode: Opcode.TEXT, payload: "[14,", fin: false }, { opcode: Opcode.PING, payload: "between" });
    client.frame({ opcode: Opcode.CONTINUATION, payload: "", fin: false });
    client.frame({ opcode: Opcode.CONTINUATION, payload: '"whole"]' });
    expect(await client.next()).toEqual([15, "whole"]);
    expect(client.frames.map(({ opcode, payload }) => [opcode, String(payload)])).toEqual([
      [Opcode.PONG, "between"],
      [Opcode.TEXT, '[15,"whole"]'],
    ]);
  });

  it("in single bytes of TCP", async () => {
    const client = await run.connect({ format: "msgpack" });
    const bytes = encodeFrame({ opcode: Opcode.BINARY, payload: client.pack([2, 1, "echo", { a: "text" }]) });
    for (const byte of bytes) {
      client.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.next()).toEqual([3, 1, { a: "text" }]);
  });

  it("many in one segment of TCP", async () => {
    const client = await run.connect();
    client.frame(
      ...Array.from({ length: 500 }, (_, id) => ({ opcode: Opcode.TEXT, payload: `[2,${id},"echo",${id}]` })),
    );
    expect(await client.take(500)).toEqual(Array.from({ length: 500 }, (_, id) => [3, id, id]));
  });

  it("as an unasked-for pong, as a ping of 125 bytes, as a close frame without a code", async () => {
    const client = await run.connect();
    client.frame({ opcode: Opcode.PONG, payload: "unasked" }, { opcode: Opcode.PING, payload: "x".repeat(125) });
    expect(await client.settled()).toEqual([]);
    client.frame({ opcode: Opcode.CLOSE });
    await client.closed;
    expect(client.frames.at(-1)?.opcode).toBe(Opcode.CLOSE);
  });
});

it("a client that does not mask its frames gets nothing out of it", async () => {
  const client = await run.connect();
  client.frame({ opcode: Opcode.TEXT, payload: PING, masked: false });
  client.frame({ opcode: Opcode.TEXT, payload: PING, masked: false });
  const unmasked = await client.next().then(
    (message) => ({ message }),
    () => client.closed,
  );
  expect(unmasked).not.toEqual({ message: [15] });
});

it("noise instead of frames harms nobody but who makes it", async () => {
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const client = await run.connect();
      client.write(randomBytes(5_000));
      client.destroy();
      await client.closed;
    }),
  );
});

it("connections that break off within a frame, or within a fragmented message, leave nothing behind", async () => {
  for (const bytes of [
    Buffer.of(0x81),
    encodeFrame({ opcode: Opcode.TEXT, payload: "x".repeat(500) }).subarray(0, 90),
  ]) {
    const client = await run.connect();
    client.write(bytes);
    client.destroy();
  }
  const client = await run.connect();
  client.frame({ opcode: Opcode.TEXT, payload: "[14,", fin: false });
  client.destroy();
  await bystander.settled();
});
