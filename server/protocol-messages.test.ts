import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineApp } from "./app.ts";
import { FORMATS, type RawClient, type RawMessage } from "./test/raw-client.ts";
import { serve, startTestServer, type TestServer } from "./test/test-server.ts";

const MAX_ID = 4_294_967_295;

let run: TestServer;

beforeAll(async () => {
  const app = defineApp({
    procedures: {
      echo: (data: unknown) => data,
      nothing: () => undefined,
      wait: (_: unknown, context) => new Promise((resolve) => context.signal.addEventListener("abort", resolve)),
      "count to": function* (to: number) {
        for (let count = 1; count <= to; count++) yield count;
        return "done";
      },
    },
    channels: { "*": {}, here: { presence: true } },
  });
  run = await startTestServer(app, { node: "here", heartbeatMs: 20_000, maxPayload: 50_000, maxMalformed: 100 });
});

afterAll(() => run.stop());

describe.each(FORMATS)("over %s", (format) => {
  async function connected(): Promise<RawClient> {
    return run.connect({ format });
  }

  it.each([
    ["PING", [14], [15]],
    ["PING with an echo", [14, { a: [1, null, "ü"] }], [15, { a: [1, null, "ü"] }]],
    ["PING with null", [14, null], [15, null]],
    ["CALL", [2, 1, "echo", { x: [1.5, -7, true, "text"] }], [3, 1, { x: [1.5, -7, true, "text"] }]],
    ["CALL without data", [2, 0, "nothing"], [3, 0]],
    ["CALL with null", [2, MAX_ID, "echo", null], [3, MAX_ID, null]],
    ["CALL with options", [2, 3, "echo", 7, { timeoutMs: 1_000, key: "once" }], [3, 3, 7]],
    ["CALL with null for options", [2, 3, "echo", 7, null], [3, 3, 7]],
    ["CALL with null in its options", [2, 3, "echo", 7, { timeoutMs: null, key: null }], [3, 3, 7]],
    ["CALL with elements of a later version", [2, 3, "echo", 7, {}, "more", { and: "more" }], [3, 3, 7]],
    ["CALL of what there is not", [2, 4, "echoo", 1], [4, 4, "NOT_FOUND", 'There is no procedure "echoo".']],
    ["SUBSCRIBE", [8, 5, "news"], [9, 5, {}]],
    ["SUBSCRIBE that wants presence", [8, 5, "here", { presence: true }], [9, 5, {}]],
    [
      "SUBSCRIBE that wants presence that is not kept",
      [8, 5, "news", { presence: true }],
      [4, 5, "BAD_REQUEST", 'It is not kept who is in "news".'],
    ],
    ["SUBSCRIBE with a position", [8, 5, "news", { since: { epoch: "e", offset: 3 } }], [9, 5, { recovered: false }]],
    ["SUBSCRIBE to a pattern", [8, 5, "news:*"], [9, 5, {}]],
    ["SUBSCRIBE to all there is", [8, 5, "*"], [9, 5, {}]],
    ["UNSUBSCRIBE", [10, 6, "nowhere"], [5, 6]],
    ["PUBLISH", [11, 7, "nobody listens", { a: 1 }], [5, 7]],
    ["PUBLISH of null", [11, 7, "nobody listens", null], [5, 7]],
    ["AUTH", [17, 8, "token"], [4, 8, "NOT_FOUND", "This server authenticates nobody."]],
  ] as [string, RawMessage, unknown][])("%s gets its one answer", async (_, message, answer) => {
    const client = await connected();
    expect(await client.ask(message)).toEqual(answer);
    expect((await client.settled()).filter((late) => (late as unknown[])[0] !== 9)).toEqual([]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", " ", "echo ", "ECHO", "$nothing"])(
    "the procedure %j does not exist",
    async (name) => {
      const client = await connected();
      expect(await client.ask([2, 9, name, {}])).toMatchObject([4, 9, "NOT_FOUND", expect.stringContaining(name)]);
    },
  );

  it("HELLO gets a session of its own, and what there is to know of the server", async () => {
    const [first, second] = await Promise.all([connected(), connected()]);
    const welcome = (await first.ask([0, { client: "test", token: "t" }])) as [number, Record<string, unknown>];
    expect(welcome).toEqual([
      1,
      {
        session: expect.stringMatching(/^[\w-]{16,}$/),
        secret: expect.stringMatching(/^[\w-]{32,}$/),
        resumed: false,
        node: "here",
        worker: 0,
        heartbeatMs: 20_000,
        maxPayload: 50_000,
      },
    ]);
    const other = (await second.ask([0, {}])) as [number, Record<string, unknown>];
    expect(other[1].session).not.toBe(welcome[1].session);
    expect(other[1].secret).not.toBe(welcome[1].secret);
  });

  it("HELLO hears how many values a frame may hold where that is less than usual", async () => {
    const { connect } = await serve(defineApp({}), { maxElements: 10_000 });
    expect(await (await connect({ format })).ask([0, {}])).toMatchObject([1, { maxElements: 10_000 }]);
  });

  it("HELLO may ask to resume, and hears that it did not", async () => {
    const client = await connected();
    const resume = { session: "of yesterday", secret: "forgotten", channels: { news: null } };
    expect(await client.ask([0, { resume }])).toMatchObject([1, { resumed: false }]);
  });

  it("HELLO may have nothing to say", async () => {
    expect(await (await connected()).ask([0])).toMatchObject([1, { resumed: false }]);
    expect(await (await connected()).ask([0, null])).toMatchObject([1, { resumed: false }]);
  });

  it("HELLO comes first and once: later it is refused, and the connection lives", async () => {
    const twice = await connected();
    await twice.ask([0, {}]);
    expect(await twice.ask([0, {}])).toEqual([4, null, "BAD_REQUEST", expect.stringContaining("first")]);
    const late = await connected();
    await late.ask([14]);
    expect(await late.ask([0, {}])).toEqual([4, null, "BAD_REQUEST", expect.stringContaining("first")]);
    expect(await late.ask([2, 1, "echo", "still"])).toEqual([3, 1, "still"]);
  });

  it("what follows HELLO need not wait for WELCOME", async () => {
    const client = await connected();
    for (const message of [
      [0, {}],
      [2, 1, "echo", 1],
      [8, 2, "early"],
      [11, 3, "early", "bird"],
    ])
      client.send(message);
    const messages = (await client.take(5)) as unknown[][];
    expect(messages[0]?.[0]).toBe(1);
    expect(messages[1]).toEqual([3, 1, 1]);
    expect(messages).toContainEqual([9, 2, {}]);
    expect(messages).toContainEqual([12, "early", "bird"]);
    expect(messages).toContainEqual([5, 3]);
  });

  it("answers to calls that nobody made are ignored and counted, and so is CANCEL of nothing", async () => {
    const client = await connected();
    const before = (await run.counters()).ignored as number;
    client.send([
      [3, 1, "result"],
      [6, 2, "chunk"],
      [4, 3, "CODE", "text", { a: 1 }],
      [4, null, "CODE", "text"],
      [7, 9],
    ]);
    expect(await client.settled()).toEqual([]);
    await client.ask([2, 5, "echo"]);
    client.send([7, 5]);
    expect(await client.settled()).toEqual([]);
    expect((await run.counters()).ignored).toBe(before + 6);
  });

  it("PONG is a sign of life and needs no answer", async () => {
    const client = await connected();
    client.send([[15], [15, "anything"]]);
    expect(await client.settled()).toEqual([]);
  });

  it("a streaming procedure sends CHUNKs, then its RESULT", async () => {
    const client = await connected();
    client.send([2, 1, "count to", 3]);
    expect(await client.take(4)).toEqual([
      [6, 1, 1],
      [6, 1, 2],
      [6, 1, 3],
      [3, 1, "done"],
    ]);
  });

  it("an id is free again once its call is answered, and not before", async () => {
    const client = await connected();
    expect(await client.ask([2, 1, "echo", "a"])).toEqual([3, 1, "a"]);
    expect(await client.ask([2, 1, "echo", "b"])).toEqual([3, 1, "b"]);
    client.send([2, 1, "wait"]);
    expect(await client.ask([2, 1, "echo", "c"])).toEqual([4, 1, "BAD_REQUEST", expect.stringContaining("in use")]);
    expect(await client.ask([7, 1])).toEqual([4, 1, "CANCELLED", "The caller cancelled."]);
    expect(await client.ask([2, 1, "echo", "d"])).toEqual([3, 1, "d"]);
  });

  it("two connections may use the same ids", async () => {
    const [first, second] = await Promise.all([connected(), connected()]);
    first.send([2, 1, "wait"]);
    await first.settled();
    expect(await second.ask([2, 1, "echo", "mine"])).toEqual([3, 1, "mine"]);
  });
});
