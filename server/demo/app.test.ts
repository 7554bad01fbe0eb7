import { pbkdf2Sync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import type { RawClient } from "../test/raw-client.ts";
import { startTestServer, type TestServer } from "../test/test-server.ts";
import { app } from "./app.ts";
import { hashPassword } from "./hash-password.task.ts";

let run: TestServer;
let client: RawClient;

beforeAll(async () => {
  // without its files, which are built
  const { files: _, ...definition } = app.definition;
  run = await startTestServer(defineApp(definition));
  client = await run.connect();
});

afterAll(() => run.stop());

describe("the demo's procedures", () => {
  it.each([
    ["test.echo", { any: ["thing", null] }, { any: ["thing", null] }],
    ["test.reverse", "abc 🚀", "🚀 cba"],
    ["test.reverse", "", ""],
    ["math.add", { x: 1, y: 6 }, 7],
    ["math.sub", { x: 1, y: 6 }, -5],
    ["math.mul", { x: 3, y: 6 }, 18],
    ["math.div", { x: 3, y: 6 }, 0.5],
    ["test.delay", 0, 0],
  ])("%s of %j", async (name, input, result) => {
    expect(await client.ask([2, 1, name, input])).toEqual([3, 1, result]);
  });

  it.each([
    ["test.reverse", 5],
    ["math.add", { x: 1 }],
    ["math.add", { x: "1", y: 2 }],
    ["math.add", null],
    ["math.div", { x: 1, y: 0 }],
    ["test.delay", -1],
    ["test.delay", 1e9],
    ["test.count", 1.5],
    ["heavy.hash", { password: "x", iterations: 0 }],
    ["heavy.hash", {}],
  ])("%s refuses %j", async (name, input) => {
    expect((await client.ask([2, 1, name, input])) as unknown[]).toMatchObject({ 0: 4, 1: 1, 2: "BAD_REQUEST" });
  });

  it("test.delay waits as long as it was told, and can be cancelled", async () => {
    const begun = performance.now();
    expect(await client.ask([2, 1, "test.delay", 60])).toEqual([3, 1, 60]);
    expect(performance.now() - begun).toBeGreaterThan(55);
    client.send([2, 2, "test.delay", 50_000]);
    expect(await client.ask([7, 2])).toMatchObject([4, 2, "CANCELLED", expect.any(String)]);
  });

  it("test.count streams its numbers", async () => {
    client.send([2, 1, "test.count", 3]);
    expect(await client.take(4)).toEqual([
      [6, 1, 1],
      [6, 1, 2],
      [6, 1, 3],
      [3, 1, 3],
    ]);
  });

  it("heavy.hash derives what PBKDF2 says, with a new salt each time", async () => {
    const input = { password: "correct horse", iterations: 1_000 };
    const ask = async () =>
      ((await client.ask([2, 1, "heavy.hash", input])) as [3, 1, { salt: string; hash: string }])[2];
    const [first, second] = [await ask(), await ask()];
    expect(first.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(first.hash).toBe(
      pbkdf2Sync(input.password, Buffer.from(first.salt, "hex"), 1_000, 64, "sha512").toString("hex"),
    );
    expect(second.salt).not.toBe(first.salt);
    expect(hashPassword({ password: "x", iterations: 1 })).toEqual({
      salt: expect.any(String),
      hash: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
  });
});

describe("the demo's channels", () => {
  it("history:* keep a thousand publications for five minutes", async () => {
    const [, , { epoch }] = (await client.ask([8, 1, "history:a"])) as [number, number, { epoch: string }];
    await client.ask([10, 2, "history:a"]);
    client.send(Array.from({ length: 1_001 }, (_, index) => [11, null, "history:a", index + 1]));
    await client.settled();
    for (const [offset, recovered] of [
      [0, false],
      [1, true],
    ] as const) {
      const told = await client.ask([8, 3, "history:a", { since: { epoch, offset } }]);
      expect(told).toEqual([9, 3, { epoch, offset: 1_001, recovered }]);
    }
    expect(await client.take(1_000)).toMatchObject({ 0: { 2: 2 }, 999: { 2: 1_001 } });
    await client.ask([10, 4, "history:a"]);
    expect(app.definition.channels?.["history:*"]).toMatchObject({ history: { size: 1_000, ttlMs: 300_000 } });
  });

  it.each(["anything", "presence:a", "a:b:c"])("%s takes what one publishes", async (channel) => {
    await client.ask([8, 1, channel]);
    client.send([11, null, channel, { a: 1 }]);
    expect(await client.next()).toEqual([12, channel, { a: 1 }]);
    await client.ask([10, 2, channel]);
  });

  it("chat:* takes lines of chat only", async () => {
    await client.ask([8, 1, "chat:lobby"]);
    const line = { name: "Ada", text: "hello" };
    client.send([11, null, "chat:lobby", line]);
    expect(await client.next()).toEqual([12, "chat:lobby", line, { offset: 1 }]);
    for (const wrong of ["hello", { name: "Ada" }, { ...line, text: "" }, { ...line, text: "x".repeat(2_001) }]) {
      expect((await client.ask([11, 3, "chat:lobby", wrong])) as unknown[]).toMatchObject({ 0: 4, 2: "BAD_REQUEST" });
    }
  });
});
