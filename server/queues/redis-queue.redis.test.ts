import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually } from "../test/patience.ts";
import { redisQueue } from "./redis-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { describeQueueFaults } from "./test/queue-faults-suite.ts";
import { describeQueueOutages } from "./test/queue-outage-suite.ts";
import { enqueue, Gate, jobOf, type QueueBroker, result, SILENT, SuiteQueue, textOf } from "./test/suite-queue.ts";

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
  app.worker(async (job) => {
    if (job.retries > 0) return { kind: "result", output: job.input };
    throw new Error("no");
  });
  const queue = `fugitive:{${app.name}}:queue`;
  await enqueue(host, jobOf("dead", { retries: 0 }));
  await eventually(() => expect(app.replies).toHaveLength(1));
  for (const body of ["odd", Buffer.of(0, 255)]) {
    await redis.ask("XADD", `${queue}:jobs:g:p:normal`, "*", "job", body);
    await redis.ask("XADD", `${queue}:replies`, "*", "reply", body);
  }
  await redis.ask("XADD", `${queue}:jobs:g:p:normal`, "*", "other", "thing");
  await enqueue(host, jobOf(1));
  await eventually(() => expect(app.results()).toEqual([1]));
  await eventually(async () => expect(await redis.ask("XLEN", `${queue}:dead`)).toBe(4));
  await eventually(async () => expect(await redis.ask("XLEN", `${queue}:replies`)).toBe(0));
  expect((await host.deadLetters(2)).map(({ job }) => textOf(job.input))).toEqual(["dead"]);
});

it("Redis: who has lost a job to another has it neither back nor tried again, and does its part once", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host();
  // shows that it lives too seldom
  const slow = new Gate();
  const lost = app.open({ claimAfterMs: 1_500 } as object);
  const loser = lost.consume({ group: "g", procedures: ["p"], concurrency: 1 }, slow.handler);
  onTestFinished(async () => void (await loser.close(0)));
  await enqueue(host, jobOf("x", { retries: 1 }));
  await eventually(() => expect(slow.begun).toHaveLength(1));
  const owner = new Gate();
  app.worker(owner.handler, { concurrency: 3 });
  await eventually(() => expect(owner.begun).toHaveLength(1));
  slow.begun[0]?.go({ kind: "failure", message: "late" });
  await eventually(() => expect(lost.stats()).toMatchObject({ failures: 1, waiting: 0 }));
  owner.begun[0]?.go(result("done"));
  await eventually(() => expect(app.results()).toEqual(["done"]));
  const queue = `fugitive:{${app.name}}:queue`;
  expect(await redis.ask("ZCARD", `${queue}:delayed:g`)).toBe(0);
  expect(await redis.ask("XLEN", `${queue}:jobs:g:p:normal`)).toBe(0);
  expect([owner.begun.length, slow.begun.length]).toEqual([1, 1]);
});

it("Redis: what a dead worker has left is done while there is always something new, and no worker holds more than it may", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host();
  const stream = `fugitive:{${app.name}}:queue:jobs:g:p:normal`;
  await redis.ask("XGROUP", "CREATE", stream, "consumers", "0", "MKSTREAM");
  for (const input of ["left 1", "left 2"]) await enqueue(host, jobOf(input));
  await redis.ask("XREADGROUP", "GROUP", "consumers", "dead", "COUNT", "2", "STREAMS", stream, ">");
  for (let input = 0; input < 20; input++) await enqueue(host, jobOf(input));
  let busy = true;
  let most = 0;
  app.worker(async (job) => {
    const consumers = (await redis.ask("XPENDING", stream, "consumers")) as [
      number,
      string,
      string,
      [string, string][],
    ];
    for (const [name, count] of consumers[3]) if (String(name) !== "dead") most = Math.max(most, Number(count));
    if (busy) await enqueue(host, jobOf("more"));
    return { kind: "result", output: job.input };
  });
  await eventually(() => expect(app.results()).toEqual(expect.arrayContaining(["left 1", "left 2"])));
  busy = false;
  expect(most).toBe(1);
});

it("Redis: progress that nobody reads does not pile up", async () => {
  const app = new SuiteQueue(broker());
  const queue = app.open();
  const worker = app.open();
  let told = false;
  const consumer = worker.consume({ group: "g", procedures: ["p"], concurrency: 1 }, async ({ input }, run) => {
    for (let sent = 0; sent < 3_000; sent += 500) {
      for (const _ of Array(500)) run.tell({ kind: "progress", data: input });
      await run.send({ kind: "publish", channel: "news", data: input });
    }
    told = true;
    return result(1);
  });
  onTestFinished(async () => void (await consumer.close(0)));
  await enqueue(queue, jobOf("x"));
  await eventually(() => expect(told).toBe(true));
  const found = Number(await redis.ask("XLEN", `fugitive:{${app.name}}:queue:replies`));
  expect(found).toBeGreaterThan(6);
  expect(found).toBeLessThanOrEqual(1_007);
});

it("Redis: what Redis does not take of what a job ended in is done once when it does", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host();
  const queue = `fugitive:{${app.name}}:queue`;
  await redis.ask("SET", `${queue}:dead`, "no stream");
  app.worker(
    async ({ retries }) => {
      if (retries > 0) return result(1);
      throw new Error("no");
    },
    { concurrency: 3 },
  );
  const jobs = [jobOf(1), jobOf(0, { retries: 0 }), jobOf(1)];
  await Promise.all(jobs.map((job) => enqueue(host, job)));
  await eventually(() => expect(app.results()).toEqual([1, 1]));
  const refusal = expect.stringContaining("does not take what jobs have ended in");
  await eventually(() => expect(SILENT.warn).toHaveBeenCalledWith(expect.anything(), refusal));
  await redis.ask("DEL", `${queue}:dead`);
  await eventually(() => expect(app.replies).toHaveLength(3));
  expect(app.replies[2]).toMatchObject({ kind: "dead" });
  await eventually(async () => expect(await redis.ask("XLEN", `${queue}:jobs:g:p:normal`)).toBe(0));
  expect(await host.deadLetters(5)).toHaveLength(1);
});

it("Redis: a job under way is not answered as expired, however impatient who consumes replies", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host();
  const gate = new Gate();
  const consumer = app
    .open({ claimAfterMs: 60_000 } as object)
    .consume({ group: "g", procedures: ["p"], concurrency: 1 }, gate.handler);
  onTestFinished(async () => void (await consumer.close(0)));
  const begun = jobOf("x", { ttlMs: 400 });
  await enqueue(host, begun);
  await eventually(() => expect(gate.begun).toHaveLength(1));
  // long enough for a host of 300 ms to take it for left
  const queue = `fugitive:{${app.name}}:queue`;
  await eventually(async () => {
    const [[, , idle = 0] = []] = (await redis.ask(
      ...["XPENDING", `${queue}:jobs:g:p:normal`, "consumers", "-", "+", "1"],
    )) as [string, string, number][];
    expect(idle).toBeGreaterThan(450);
    const [, due] = ((await redis.ask("ZRANGE", `${queue}:ttl`, "0", "-1", "WITHSCORES")) as string[]).flat();
    expect(Number(due)).toBeGreaterThan(begun.createdAt + begun.ttlMs);
  });
  expect(app.replies).toEqual([]);
  gate.begun[0]?.go(result("done"));
  await eventually(() => expect(app.results()).toEqual(["done"]));
});
