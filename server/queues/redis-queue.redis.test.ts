import { beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually } from "../test/patience.ts";
import { redisQueue } from "./redis-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { describeQueueFaults } from "./test/queue-faults-suite.ts";
import { describeQueueOutages } from "./test/queue-outage-suite.ts";
import { echo, enqueue, jobOf, type QueueBroker, SILENT, SuiteQueue } from "./test/suite-queue.ts";

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
describeQueueFaults("Redis", broker);
describeQueueOutages("Redis", broker, () => ({ REDIS_URL: redis.url, QUEUE_CLAIM_AFTER_MS: "300" }));

it("Redis: what is no job goes to the dead letters as it is, and what is no reply is gone", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host({ replyConcurrency: 1 });
  app.worker(echo);
  const queue = `fugitive:{${app.name}}:queue`;
  for (const body of ["odd", Buffer.of(0, 255)]) {
    await redis.ask("XADD", `${queue}:jobs:g:p:normal`, "*", "job", body);
    await redis.ask("XADD", `${queue}:replies`, "*", "reply", body);
  }
  await redis.ask("XADD", `${queue}:jobs:g:p:normal`, "*", "other", "thing");
  await enqueue(host, jobOf(1));
  await eventually(() => expect(app.results()).toEqual([1]));
  await eventually(async () => expect(await redis.ask("XLEN", `${queue}:dead`)).toBe(3));
  await eventually(async () => expect(await redis.ask("XLEN", `${queue}:replies`)).toBe(0));
});
