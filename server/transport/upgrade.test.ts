import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import type { RawClient } from "../test/raw-client.ts";
import { handshake, handshakeRequest, openSocket } from "../test/raw-handshake.ts";
import { serve, startTestServer, type TestServer, until } from "../test/test-server.ts";
import { plainAddress } from "./address-ranges.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

let run: TestServer;
let bystander: RawClient;

beforeAll(async () => {
  run = await startTestServer();
  bystander = await run.connect();
});

afterAll(async () => {
  expect(await bystander.ask([14, "still here"])).toEqual([15, "still here"]);
  await run.stop();
});

describe("a handshake that is none", () => {
  it.each([
    ["no key", { "Sec-WebSocket-Key": undefined }],
    ["an empty key", { "Sec-WebSocket-Key": "" }],
    ["a key too short", { "Sec-WebSocket-Key": "c2hvcnQ=" }],
    ["no upgrade", { Upgrade: undefined, "Sec-WebSocket-Key": undefined }],
  ])("%s: no WebSocket", async (_, headers) => {
    const { status, socket } = await handshake({ port: run.port, headers });
    socket.destroy();
    expect(status).toBe(404);
  });

  it.each([
    ["one header of 100 kB", { "X-Bomb": "x".repeat(100_000) }],
    ["a path of 100 kB", {}],
    ["2,000 headers", Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`X-${index}`, "x".repeat(40)]))],
  ])("%s: refused", async (_, headers) => {
    const path = Object.keys(headers).length === 0 ? `/${"x".repeat(100_000)}` : "/";
    const answer = await handshake({ port: run.port, path, headers }).catch((error: Error) => error);
    const status = answer instanceof Error ? 0 : answer.status;
    expect([0, 400, 414, 431]).toContain(status);
    if (!(answer instanceof Error)) answer.socket.destroy();
  });

  it.each([
    "\0\0\0\0\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\r\n\r\n",
  ])("%j instead of a request: nothing comes of it", async (bytes) => {
    const socket = await openSocket(run.port);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => void chunks.push(chunk));
    socket.end(bytes, "latin1");
    await once(socket, "close", { signal: AbortSignal.timeout(3_000) });
    expect(Buffer.concat(chunks).toString("latin1")).not.toContain("101 ");
  });

  it("half of one keeps nobody else waiting", async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(run.port)));
    for (const socket of sockets) socket.write(handshakeRequest({}, KEY).slice(0, 60));
    expect(await (await run.connect()).ask([14, 1])).toEqual([15, 1]);
    for (const socket of sockets) socket.destroy();
  });
});

it("the request's path, query, and address are the connection's", async () => {
  const own = await serve(
    defineApp({
      procedures: {
        whoAmI: (_: unknown, { connection }) => {
          const { id, path, query, address, binary } = connection;
          return { id, path, query, address, binary };
        },
      },
    }),
  );
  const client = await own.connect({ path: "/rooms/1?token=a%20b&x", format: "msgpack" });
  const [, , first] = (await client.ask([2, 1, "whoAmI"])) as [number, number, { id: string }];
  expect(first).toEqual({
    id: expect.stringMatching(/^[\w-]{8,}-1$/),
    path: "/rooms/1",
    query: "token=a%20b&x",
    address: "127.0.0.1",
    binary: true,
  });
  const [, , second] = (await (await own.connect()).ask([2, 1, "whoAmI"])) as [number, number, { id: string }];
  expect(second).toMatchObject({ path: "/", query: "", binary: false });
  expect(second.id).not.toBe(first.id);
});

it("an address is written in one way: short, and one of IPv4 as that", () => {
  expect(plainAddress("0000:0000:0000:0000:0000:ffff:c0a8:01fe")).toBe("192.168.1.254");
  expect(plainAddress("2001:0db8:0000:0000:0000:0000:0000:0001")).toBe("2001:db8::1");
  expect(plainAddress("10.0.0.1")).toBe("10.0.0.1");
});

it("clients that hang up during the handshake are no connections", async () => {
  const own = await serve();
  let opened = 0;
  let terminated = 0;
  own.server.on("connection", () => void opened++);
  own.server.on("terminated", () => void terminated++);
  for (let times = 0; times < 20; times++) {
    const socket = await openSocket(own.port);
    socket.write(handshakeRequest({}, KEY));
    socket.resetAndDestroy();
  }
  await (await own.connect()).settled();
  await until(() => opened - terminated === 1);
});
