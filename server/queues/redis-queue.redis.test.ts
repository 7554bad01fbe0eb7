import { beforeAll } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { redisQueue } from "./redis-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { describeQueueOutages } from "./test/queue-outage-suite.ts";
import { type QueueBroker, SILENT } from "./test/suite-queue.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});

const broker = (): QueueBroker => ({
  ...redis,
  queue: (options) => redisQueue({ url: redis.url, claimAfterMs: 300, ...options }, SILENT),
});

describeJobQueue("Redis", broker);
describeQueueOutages("Redis", broker, () => ({ REDIS_URL: redis.url, QUEUE_CLAIM_AFTER_MS: "300" }));
