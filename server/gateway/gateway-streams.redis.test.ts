import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { freePort } from "../links/test/free-port.ts";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually, LIMIT_MS } from "../test/patience.ts";
import { type GatewaySource, GatewayStreams, type GatewayStreamsOptions } from "./gateway-streams.ts";
import { compileJsonVariables } from "./json-variables.ts";
import { streamEntries } from "./test/stream-entries.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});
beforeEach(async () => {
  await redis.ask("FLUSHALL");
});

function open(stream = "events", options: GatewayStreamsOptions = {}) {
  const log = { warn: vi.fn(), info: vi.fn() };
  const streams = new GatewayStreams({ redis: { url: redis.url, stream }, ...options }, log);
  onTestFinished(async () => {
    await streams.close(0);
  });
  return {
    streams,
    log,
    sent: (count: number) => eventually(() => expect(streams.counters().redis?.sent).toBe(count)),
  };
}

function source(id: string, tags: Record<string, string> = {}) {
  const json = compileJsonVariables({ command: "data.command" });
  const path = { path: "/chat", streamTags: ["group", "n"], json };
  return { id, path, tags, close: vi.fn() } satisfies GatewaySource;
}

describe("a gateway's streams", () => {
  it("tell of a connection's life, in order and counted, with the tags that ride along", async () => {
    const { streams, sent } = open();
    const one = source("c1", { group: "a&b", secret: "x" });
    streams.opened(one);
    streams.message(one, "text", false);
    streams.message(one, new TextEncoder().encode("bytes of text").buffer, false);
    const bytes = new Uint8Array([1, 255]);
    streams.message(one, bytes, true);
    bytes.fill(0); // they were the transport's
    one.tags.n = "2";
    streams.tagged(one);
    streams.closed(one, 1001);
    await sent(5);
    const entries = await streamEntries(redis, "events");
    const common = { name: "events", connection: "c1", path: "/chat", time: expect.any(Number) };
    expect(entries).toEqual([
      { ...common, action: "open", seq: 1, tags: "group=a%26b" },
      { ...common, action: "message", seq: 2, tags: "group=a%26b", type: "text", message: "text" },
      { ...common, action: "message", seq: 3, tags: "group=a%26b", type: "text", message: "bytes of text" },
      { ...common, action: "message", seq: 4, tags: "group=a%26b", type: "binary", message: Buffer.from([1, 255]) },
      { ...common, action: "close", seq: 5, tags: "group=a%26b&n=2", code: 1001 },
    ]);
  });

  it("go where their templates say", async () => {
    const { streams, sent } = open("{tag.group}-{json.command:none}");
    const one = source("c1", { group: "a.b" });
    streams.opened(one);
    streams.message(one, '{"data":{"command":"join"}}', false);
    streams.message(one, Buffer.from('{"data":{"command":"join"}}'), true);
    await sent(3);
    expect((await streamEntries(redis, "a%2Eb-join")).map(({ seq }) => seq)).toEqual([2]);
    expect((await streamEntries(redis, "a%2Eb-none")).map(({ seq }) => seq)).toEqual([1, 3]);
  });

  it("know nothing of a connection before it opened and after it closed", async () => {
    const { streams, sent } = open();
    const one = source("c1");
    streams.message(one, "early", false);
    streams.opened(one);
    streams.closed(one, 1000);
    streams.closed(one, 1000);
    streams.message(one, "late", false);
    streams.tagged(one);
    await sent(2);
    expect((await streamEntries(redis, "events")).map(({ action }) => action)).toEqual(["open", "close"]);
  });

  it("close a connection whose event does not fit in, where that is asked for, and still tell of its end", async () => {
    const away = { url: `redis://127.0.0.1:${await freePort()}`, stream: "events" };
    const { streams } = open("", { redis: away, buffer: { maxEvents: 4, whenFull: "close" } });
    const [one, two] = [source("1"), source("2")];
    for (const each of [one, two]) streams.opened(each);
    for (const each of [one, two, one, two]) streams.message(each, "x", false);
    expect(one.close.mock.calls).toEqual([[1013, expect.any(String)]]);
    expect(two.close.mock.calls).toEqual([[1013, expect.any(String)]]);
    streams.closed(one, 1013);
    expect(streams.counters().redis).toMatchObject({ connected: false, buffered: 5, dropped: 2 });
  });

  it("mirror states where that is asked for", async () => {
    const { streams } = open("events", { mirror: { url: redis.url } });
    const one = source("c1", { group: "a" });
    streams.opened(one);
    await eventually(async () => expect(String(await redis.ask("HGET", "connection:c1", "tag.group"))).toBe("a"));
    one.tags.group = "b";
    streams.tagged(one);
    await eventually(async () => expect(String(await redis.ask("HGET", "connection:c1", "tag.group"))).toBe("b"));
    streams.closed(one, 1000);
    expect(await streams.close(LIMIT_MS)).toBe(0);
    expect(await redis.ask("EXISTS", "connection:c1")).toBe(0);
    expect(await streamEntries(redis, "events")).toHaveLength(2);
  });

  it("say how many events they end with", async () => {
    const away = { url: `redis://127.0.0.1:${await freePort()}`, stream: "events" };
    const { streams, log } = open("", { redis: away, mirror: { url: away.url } });
    streams.opened(source("c1"));
    expect(await streams.close(10)).toBe(1);
    expect(log.warn).toHaveBeenCalledWith({ lost: 1 }, expect.any(String));
  });

  it.each([
    ["a template", { redis: { url: "redis://127.0.0.1", stream: "{nothing}" } }, RangeError],
    ["a routing key", { amqp: { url: "amqp://127.0.0.1", exchange: "x", routingKey: "{" } }, RangeError],
    ["a URL", { mirror: { url: "nowhere" } }, TypeError],
    ["a URL of something else", { redis: { url: "amqp://127.0.0.1", stream: "events" } }, TypeError],
    ["a URL of anything", { amqp: { url: "http://127.0.0.1", exchange: "x" } }, TypeError],
  ])("are not made of %s that cannot be used", (_, options, error) => {
    expect(() => new GatewayStreams(options, { warn: vi.fn(), info: vi.fn() })).toThrow(error);
  });
});
