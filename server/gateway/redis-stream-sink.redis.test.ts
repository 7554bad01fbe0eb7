import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { layCable } from "../links/test/cable.ts";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually } from "../test/patience.ts";
import { redisStreamSink } from "./redis-stream-sink.ts";
import { describeSink, message } from "./test/sink-suite.ts";
import { streamEntries } from "./test/stream-entries.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

const LIMITS = { maxEvents: 100_000, maxBytes: 2 ** 26, whenFull: "drop-oldest" } as const;
const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);

function open(options: { maxLength?: number } = {}) {
  const log = { warn: vi.fn(), info: vi.fn() };
  const sink = redisStreamSink({ url: redis.url, ...options }, LIMITS, log);
  onTestFinished(async () => {
    await sink.close(0);
  });
  return { sink, log, add: (seq: number, name = "events") => sink.add({ event: message(seq), name }) };
}

describeSink("Redis Streams", async () => {
  const cable = await layCable(redis.port);
  await redis.ask("FLUSHALL");
  return {
    ...cable,
    end: () => cable.cut(),
    sink: (limits, log) => redisStreamSink({ url: `redis://127.0.0.1:${cable.port}` }, limits, log),
    received: () => streamEntries(redis, "events"),
  };
});

it.each([
  ["is killed and started again", () => redis.kill(), () => redis.start()],
  ["stops where it is and goes on", () => redis.signal("SIGSTOP"), () => redis.signal("SIGCONT")],
])("nothing is lost when Redis %s under traffic", async (_, stop, goOn) => {
  await redis.ask("FLUSHALL");
  const { sink, add } = open();
  let seq = 0;
  const traffic = setInterval(() => {
    for (let count = 0; count < 50; count++) add(++seq);
  }, 5);
  onTestFinished(() => clearInterval(traffic));
  await eventually(() => expect(sink.counters().sent).toBeGreaterThan(500));
  await stop();
  const had = seq;
  await eventually(() => expect(seq).toBeGreaterThan(had + 5_000));
  await goOn();
  await eventually(() => expect(sink.counters().sent).toBeGreaterThan(had + 5_000));
  clearInterval(traffic);
  await eventually(() => expect(sink.counters()).toMatchObject({ buffered: 0, dropped: 0 }));
  expect([...new Set((await streamEntries(redis, "events")).map((entry) => entry.seq))]).toEqual(upTo(seq));
});

it("an event that Redis will never take is dropped, and those behind it are not held up", async () => {
  await redis.ask("FLUSHALL");
  await redis.ask("SET", "a string", "x");
  const { sink, log, add } = open();
  add(1);
  add(2, "a string");
  add(3, "a string");
  add(4);
  await eventually(() => expect(sink.counters()).toMatchObject({ sent: 2, dropped: 2, buffered: 0, bufferedBytes: 0 }));
  expect((await streamEntries(redis, "events")).map((entry) => entry.seq)).toEqual([1, 4]);
  expect(log.warn).toHaveBeenCalledTimes(1);
});

it("events wait where Redis has no memory, and keep their order", async () => {
  await redis.ask("FLUSHALL");
  await redis.ask("CONFIG", "SET", "maxmemory", "1");
  onTestFinished(async () => {
    await redis.ask("CONFIG", "SET", "maxmemory", "0");
  });
  const { sink, log, add } = open();
  for (const seq of upTo(1_000)) add(seq);
  await eventually(() => expect(log.warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining("for now")));
  for (const seq of upTo(1_000)) add(1_000 + seq);
  expect(sink.counters()).toMatchObject({ buffered: 2_000, dropped: 0 });
  await redis.ask("CONFIG", "SET", "maxmemory", "0");
  await eventually(() => expect(sink.counters()).toMatchObject({ sent: 2_000, buffered: 0 }));
  expect((await streamEntries(redis, "events")).map((entry) => entry.seq)).toEqual(upTo(2_000));
});

it("a stream is cut at about the length it may have, and each event goes into its own", async () => {
  await redis.ask("FLUSHALL");
  const { sink, add } = open({ maxLength: 100 });
  for (const seq of upTo(5_000)) add(seq, `events-${seq % 2}`);
  await eventually(() => expect(sink.counters().sent).toBe(5_000));
  for (const name of ["events-0", "events-1"]) {
    const entries = await streamEntries(redis, name);
    expect(entries.length).toBeLessThan(500);
    expect(entries.at(-1)?.seq).toBe(name === "events-0" ? 5_000 : 4_999);
  }
});
