import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually } from "../test/patience.ts";
import { RedisConsumer } from "./redis-consumer.ts";
import { CONSUMERS } from "./redis-scripts.ts";
import { SILENT } from "./test/suite-queue.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

it("what is done with while it is being asked what others have left is not taken for that", async () => {
  const stream = "stream";
  await redis.ask("XGROUP", "CREATE", stream, CONSUMERS, "0", "MKSTREAM");
  const ids: string[] = [];
  for (const body of ["done", "left"]) ids.push(String(await redis.ask("XADD", stream, "*", "job", body)));
  await redis.ask("XREADGROUP", "GROUP", CONSUMERS, "gone", "STREAMS", stream, ">");
  const [done = "", left = ""] = ids;

  const delivered: string[] = [];
  const consumer = new RedisConsumer({
    ...{ url: redis.url, log: SILENT, what: "a test", consumer: "one", streams: [stream], claimAfterMs: 150 },
    room: () => {
      // asked for just before Redis is: this comes after that, and before its answer
      queueMicrotask(() => consumer.over(stream, done));
      return 10;
    },
    held: () => new Map(),
    read: async ({ reading }) => void (await reading.command(["BLPOP", "nothing", "60"], 70_000)),
    deliver: ({ id }) => void delivered.push(id),
  });
  onTestFinished(() => consumer.close());
  await eventually(() => expect(delivered).toContain(left));
  expect(delivered).toEqual([left]);
});
