import { beforeAll } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { redisQueue } from "./redis-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { SILENT } from "./test/suite-queue.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

describeJobQueue("Redis", () => ({
  ...redis,
  queue: (options) => redisQueue({ url: redis.url, claimAfterMs: 300, ...options }, SILENT),
}));
