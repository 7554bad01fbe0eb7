import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import type { ServerOptions } from "../server.ts";
import { FORMATS, type RawMessage } from "../test/raw-client.ts";
import { encodeFrame, Opcode } from "../test/raw-frames.ts";
import { serve } from "../test/test-server.ts";
import { codes } from "./test/codes.ts";

const app = defineApp({ procedures: { echo: (data: unknown) => data }, channels: { "*": {} } });

/** Three of a kind at once, and then one in 200 s. */
const three = (option: keyof ServerOptions): ServerOptions => ({ [option]: 1, rateBurstMs: 3_000 });

describe.each(FORMATS)("over %s, a request beyond its rate gets RATE_LIMITED with what to wait:", (format) => {
  it.each([
    ["a call", "callRate", (id: number) => [2, id, "echo", id]],
    ["a publication", "publishRate", (id: number) => [11, id, "news", id]],
    ["a subscription", "subscribeRate", (id: number) => [8, id, `news:${id}`]],
    ["any of them", "ipRate", (id: number) => (id % 2 === 0 ? [2, id, "echo", id] : [11, id, "news", id])],
  ] as const)("%s", async (_, option, message) => {
    const { connect, counters } = await serve(app, { ...three(option), exemptIps: ["none"] });
    const client = await connect({ format });
    client.send(Array.from({ length: 5 }, (_, id) => message(id)));
    const answers = await client.take(5);
    expect(codes(answers).sort()).toEqual(["RATE_LIMITED", "RATE_LIMITED", "done", "done", "done"]);
    const [, , , , details] = answers.find((answer) => (answer as RawMessage)[0] === 4) as RawMessage;
    const { retryAfterMs } = details as { retryAfterMs: number };
    expect(Number.isInteger(retryAfterMs)).toBe(true);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    if (option !== "ipRate") expect(await counters()).toMatchObject({ rateLimited: 2, dropped: 0, flooded: 0 });
  });
});

describe("a rate of one connection", () => {
  it("is no other connection's", async () => {
    const { connect } = await serve(app, three("callRate"));
    for (let count = 0; count < 3; count++) {
      const client = await connect();
      client.send([1, 2, 3].map((id) => [2, id, "echo", id]));
      expect(await client.take(3)).toEqual([1, 2, 3].map((id) => [3, id, id]));
    }
  });

  it("admits one again after exactly the time that was told, if nothing else comes", async () => {
    const { connect } = await serve(app, { callRate: 20, rateBurstMs: 50 });
    const client = await connect();
    for (let id = 0; id < 10; id++) {
      let answer = (await client.ask([2, id, "echo", id])) as RawMessage;
      if (answer[0] === 4) {
        const until = performance.now() + (answer[4] as { retryAfterMs: number }).retryAfterMs;
        // a timer counts from when its turn of the loop began, and may be early by as much as that has lasted
        while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 1));
        answer = (await client.ask([2, id, "echo", id])) as RawMessage;
      }
      expect(answer).toEqual([3, id, id]);
    }
  });

  it("is off where it is said so, alone or with all others", async () => {
    for (const options of [{ callRate: "off" }, { rateLimits: "off", callRate: 1 }] satisfies ServerOptions[]) {
      const { connect } = await serve(app, { rateBurstMs: 1_000, ...options });
      const client = await connect();
      client.send(Array.from({ length: 1_000 }, (_, id) => [2, id, "echo", id]));
      expect(codes(await client.take(1_000))).toEqual(Array.from({ length: 1_000 }, () => "done"));
    }
  });

  it("drops publications that nobody wants an answer to, and counts them", async () => {
    const { connect, counters } = await serve(app, three("publishRate"));
    const [publisher, subscriber] = [await connect(), await connect()];
    await subscriber.ask([8, 1, "news"]);
    publisher.send(Array.from({ length: 10 }, (_, count) => [11, null, "news", count]));
    expect(await publisher.settled()).toEqual([]);
    expect(await subscriber.take(3)).toEqual([0, 1, 2].map((count) => [12, "news", count]));
    expect(await subscriber.settled()).toEqual([]);
    expect(await counters()).toMatchObject({ dropped: 7, rateLimited: 0 });
  });

  it("is generous by default: thousands of calls and 100,000 publications at once are no flood", async () => {
    const { connect, counters } = await serve(app);
    const client = await connect({ format: "msgpack" });
    await client.ask([8, 1, "count"]);
    for (let batch = 0; batch < 10; batch++) {
      client.send(Array.from({ length: 10_000 }, (_, index) => [11, null, "other", batch * 10_000 + index]));
    }
    for (let batch = 0; batch < 5; batch++) {
      client.send(Array.from({ length: 1_000 }, (_, id) => [2, id, "echo", id]));
      expect(codes(await client.take(1_000))).not.toContain("RATE_LIMITED");
    }
    expect(await counters()).toMatchObject({ dropped: 0, rateLimited: 0, flooded: 0 });
  });
});

describe("a flood closes its connection with 4429:", () => {
  const flood = { messageRate: 10, rateBurstMs: 10_000 };
  const many = 200;

  it.each([
    ["PING", () => [14]],
    ["PONG", () => [15]],
    ["CANCEL of nothing", (id: number) => [7, id]],
    ["UNSUBSCRIBE", (id: number) => [10, id, "news"]],
    ["AUTH", (id: number) => [17, id, "token"]],
    ["answers to nothing", (id: number) => [3, id, "never asked"]],
  ] as const)("%s", async (_, message) => {
    const { connect, counters } = await serve(app, flood);
    const client = await connect();
    client.send(Array.from({ length: many }, (_, id) => message(id)));
    expect(await client.closed).toMatchObject({ code: 4429, reason: "flooding" });
    expect(await counters()).toMatchObject({ flooded: 1 });
  });

  it("pings of the WebSocket protocol", async () => {
    const { connect } = await serve(app, flood);
    const client = await connect();
    client.write(Buffer.concat(Array.from({ length: many }, () => encodeFrame({ opcode: Opcode.PING, payload: "" }))));
    expect(await client.closed).toMatchObject({ code: 4429 });
  });

  it("requests that go on though they are refused, and not those that stop", async () => {
    const { connect } = await serve(app, { ...flood, callRate: 1 });
    const [modest, greedy] = [await connect(), await connect()];
    modest.send(Array.from({ length: 15 }, (_, id) => [2, id, "echo", id]));
    expect(codes(await modest.take(15)).filter((code) => code === "RATE_LIMITED")).toHaveLength(5);
    greedy.send(Array.from({ length: 30 }, (_, id) => [2, id, "echo", id]));
    expect(await greedy.closed).toMatchObject({ code: 4429 });
    expect(await modest.ask([14, "alive"])).toEqual([15, "alive"]);
  });

  it("publications that nobody wants an answer to, dropped again and again", async () => {
    const { connect, counters } = await serve(app, { ...flood, publishRate: 1 });
    const client = await connect();
    client.send(Array.from({ length: many }, (_, count) => [11, null, "news", count]));
    expect(await client.closed).toMatchObject({ code: 4429 });
    expect(await counters()).toMatchObject({ flooded: 1, dropped: expect.any(Number) });
  });

  it("and is logged once, however many there are", async () => {
    const { connect, counters, records } = await serve(app, flood);
    for (let count = 0; count < 3; count++) {
      const client = await connect();
      client.send(Array.from({ length: many }, () => [14]));
      await client.closed;
    }
    expect(await counters()).toMatchObject({ flooded: 3 });
    const said = records.filter(({ message }) => message === "a connection was closed for flooding");
    expect(said.length).toBeGreaterThan(0);
    expect(said[0]?.fields).toMatchObject({ address: "127.0.0.1", connection: expect.any(String) });
  });
});

it("who only says HELLO and answers heartbeats costs nothing, and who does much of that is counted", async () => {
  const { connect, server } = await serve(app, { messageRate: 10, rateBurstMs: 10_000 });
  const made: unknown[] = [];
  server.on("connection", (connection) => void made.push(connection));
  const [idle, greedy] = [await connect(), await connect()];
  idle.send([0, {}]);
  expect(await idle.next()).toMatchObject({ 0: 1 });
  idle.send([15]);
  await greedy.ask([2, 1, "echo", 1]);
  expect(made).toMatchObject([{ rates: undefined }, { rates: {} }]);
  idle.send(Array.from({ length: 200 }, () => [15]));
  expect(await idle.closed).toMatchObject({ code: 4429 });
});
