import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS } from "./test/raw-client.ts";
import { serve, startTestServer, type TestServer } from "./test/test-server.ts";

const LONG_NAME = "n".repeat(256);

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({ procedures: { echo: (data: unknown) => data }, channels: { "*": {} } });
  run = await startTestServer(app, { maxMalformed: 5 });
});

afterAll(() => run.stop());

describe.each(FORMATS)("a message of a wrong shape over %s", (format) => {
  it.each([
    ["no array", 7, null],
    ["text", "[14]", null],
    ["null", null, null],
    ["an object", { 0: 14 }, null],
    ["nothing", [], null],
    ["no kind", [null, 7], 7],
    ["a kind in words", ["CALL", 7, "echo"], 7],
    ["a kind of a later version", [18, 7, "echo"], 7],
    ["a kind below all", [-1, 7], 7],
    ["half a kind", [1.5, 7], 7],
    ["WELCOME, which servers send", [1, { session: "s" }], null],
    ["ACK, which servers send", [5, 7], null],
    ["SUBSCRIBED, which servers send", [9, 7, {}], null],
    ["EVENT, which servers send", [12, "news", 1], null],
    ["PRESENCE, which servers send", [13, "news", "join", "me"], null],
    ["GOAWAY, which servers send", [16, "restart", {}], null],
    ["HELLO of text", [0, "hello"], null],
    ["HELLO of an array", [0, []], null],
    ["HELLO with a number for a token", [0, { token: 5 }], null],
    ["HELLO with half a resumption", [0, { resume: { session: "s" } }], null],
    ["CALL without an id", [2], null],
    ["CALL of nothing", [2, 7], 7],
    ["CALL by text", [2, "7", "echo"], null],
    ["CALL by null", [2, null, "echo"], null],
    ["CALL with an id below zero", [2, -1, "echo"], null],
    ["CALL with half an id", [2, 7.5, "echo"], null],
    ["CALL with an id of 33 bits", [2, 4_294_967_296, "echo"], null],
    ["CALL of an empty name", [2, 7, ""], 7],
    ["CALL of a name too long", [2, 7, LONG_NAME], 7],
    ["CALL of a number", [2, 7, 5], 7],
    ["CALL with options that are none", [2, 7, "echo", 1, "options"], 7],
    ["CALL with no time at all", [2, 7, "echo", 1, { timeoutMs: 0 }], 7],
    ["CALL with less than no time", [2, 7, "echo", 1, { timeoutMs: -5 }], 7],
    ["CALL with time in words", [2, 7, "echo", 1, { timeoutMs: "5" }], 7],
    ["CALL with a key that is none", [2, 7, "echo", 1, { key: 5 }], 7],
    ["CALL with a key too long", [2, 7, "echo", 1, { key: LONG_NAME }], 7],
    ["RESULT of nothing", [3], null],
    ["ERROR without a code", [4, 7], null],
    ["CHUNK by text", [6, "7", 1], null],
    ["CANCEL of nothing", [7], null],
    ["SUBSCRIBE to nothing", [8, 7], 7],
    ["SUBSCRIBE to an empty name", [8, 7, ""], 7],
    ["SUBSCRIBE to a name too long", [8, 7, LONG_NAME], 7],
    ["SUBSCRIBE with a position that is none", [8, 7, "news", { since: 3 }], 7],
    ["SUBSCRIBE with an offset below zero", [8, 7, "news", { since: { epoch: "e", offset: -1 } }], 7],
    ["SUBSCRIBE with presence in words", [8, 7, "news", { presence: "yes" }], 7],
    ["UNSUBSCRIBE from nothing", [10, 7], 7],
    ["PUBLISH to nothing", [11, 7], 7],
    ["PUBLISH of nothing", [11, 7, "news"], 7],
    ["PUBLISH by text", [11, "7", "news", 1], null],
    ["AUTH without a token", [17, 7], 7],
    ["AUTH with a number", [17, 7, 5], 7],
  ] as [string, unknown, number | null][])("%s: BAD_REQUEST, and life goes on", async (_, nonsense, id) => {
    const client = await run.connect({ format });
    client.send(nonsense);
    expect(await client.next()).toEqual([4, id, "BAD_REQUEST", expect.stringMatching(/\.$/)]);
    expect(await client.settled()).toEqual([]);
    client.destroy();
  });

  it("is told in words that repeat little of it", async () => {
    const client = await run.connect({ format });
    client.send([2, "x".repeat(20_000), "echo"]);
    const [, , , text] = (await client.next()) as [number, null, string, string];
    expect(text.length).toBeLessThan(200);
    client.send(["k".repeat(20_000), 7]);
    expect(((await client.next()) as string[])[3]?.length).toBeLessThan(200);
  });

  it("is closed with 4400 at the fifth time, and what stands behind it is not done", async () => {
    const client = await run.connect({ format });
    for (let times = 1; times <= 4; times++) client.send([99, times]);
    expect(await client.take(4)).toMatchObject([1, 2, 3, 4].map((id) => [4, id, "BAD_REQUEST", expect.anything()]));
    client.send([
      [2, 1, "echo", "before"],
      [99, 5],
      [2, 2, "echo", "after"],
    ]);
    client.send([2, 3, "echo", "later"]);
    expect(await client.take(2)).toMatchObject([
      [3, 1, "before"],
      [4, 5, "BAD_REQUEST", expect.anything()],
    ]);
    expect(await client.closed).toEqual({ code: 4400, reason: "keeps sending nonsense" });
    await expect(client.next()).rejects.toThrow("4400");
  });

  it("is counted in $health", async () => {
    const before = (await run.counters()).malformed as number;
    const client = await run.connect({ format });
    await client.ask([99, 1]);
    expect((await run.counters()).malformed).toBe(before + 1);
  });
});

it("closes as early, or as late, as it is configured to", async () => {
  const strict = await serve(defineApp({}), { maxMalformed: 1 });
  const client = await strict.connect();
  expect(await client.ask([99])).toMatchObject([4, null, "BAD_REQUEST", expect.anything()]);
  expect((await client.closed).code).toBe(4400);
});

it("a channel's name must be Unicode", async () => {
  const client = await run.connect();
  client.text('[8,7,"half a pair: \\ud800"]');
  // the decoder has mended it by then
  expect(await client.next()).toEqual([9, 7, {}]);
  client.text('[11,8,"half a pair: \\ufffd",1]');
  expect(await client.take(2)).toContainEqual([12, "half a pair: \ufffd", 1]);
});
