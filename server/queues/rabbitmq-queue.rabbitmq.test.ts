import { Connection } from "rabbitmq-client";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type RabbitServer, startRabbit } from "../links/test/rabbitmq-server.ts";
import { eventually } from "../test/patience.ts";
import { rabbitQueue } from "./rabbitmq-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { describeQueueFaults } from "./test/queue-faults-suite.ts";
import { describeQueueOutages } from "./test/queue-outage-suite.ts";
import { echo, enqueue, jobOf, type QueueBroker, SILENT, SuiteQueue } from "./test/suite-queue.ts";

// one for all of this file: it takes seconds to start
let rabbit: RabbitServer;
beforeAll(async () => {
  rabbit = await startRabbit();
  return () => rabbit.end();
});

const broker = (): QueueBroker => ({
  ...rabbit,
  queue: (options) => rabbitQueue({ url: rabbit.url, ...options }, SILENT),
});

describeJobQueue("RabbitMQ", broker);
describeJobQueue(
  "quorum queues of RabbitMQ",
  () => ({
    ...rabbit,
    queue: (options) => rabbitQueue({ url: rabbit.url, quorum: true, ...options }, SILENT),
  }),
  { priorities: false },
);
describeQueueFaults("RabbitMQ", broker);
describeQueueOutages("RabbitMQ", broker, () => ({ AMQP_URL: rabbit.url }));

it("RabbitMQ: what is no job goes to the dead letters as it is, and what is no reply is gone", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host({ replyConcurrency: 1 });
  app.worker(echo);
  await enqueue(host, jobOf(1));
  await eventually(() => expect(app.results()).toEqual([1]));
  const connection = new Connection(rabbit.url);
  onTestFinished(() => connection.close());
  const channel = await connection.acquire();
  const odd = [Buffer.of(0, 255), { toString: 1 }, "text"];
  for (const body of odd) {
    for (const queue of ["jobs.g.p", "replies"]) await channel.basicPublish(`${app.name}.${queue}`, body);
  }
  await enqueue(host, jobOf(2));
  await eventually(() => expect(app.results()).toEqual([1, 2]));
  expect(await host.deadLetters(5)).toEqual([]);
  const dead: unknown[] = [];
  await eventually(async () => {
    const message = await channel.basicGet(`${app.name}.dead`);
    if (message !== undefined) dead.push(message.body);
    expect(dead).toHaveLength(3);
  });
  expect(dead).toEqual([Buffer.of(0, 255), Buffer.from('{"toString":1}'), Buffer.from("text")]);
  await channel.close();
});

it("RabbitMQ: a host holds no more replies than it may, of all queues that it reads together", async () => {
  const app = new SuiteQueue(broker());
  const host = app.open({ host: "one", replyConcurrency: 2 });
  const held: ((safe: boolean) => void)[] = [];
  let most = 0;
  let seen = 0;
  host.consumeReplies((_, done) => {
    seen++;
    held.push(done);
    most = Math.max(most, held.length);
    setImmediate(() => setImmediate(() => held.shift()?.(true)));
  });
  const caller = { session: "s", call: 1, tags: {}, replyTo: "one" };
  for (const input of [1, 2, 3, 4, 5]) {
    await enqueue(host, jobOf(input, { caller }));
    await enqueue(host, jobOf(input));
    await enqueue(host, jobOf(input, { ttlMs: 1, procedure: "nobody" }));
  }
  app.worker(echo, { concurrency: 10 });
  await eventually(() => expect(seen).toBe(15));
  expect(most).toBeLessThanOrEqual(2);
});

it("RabbitMQ: a job may have more time than RabbitMQ knows of", async () => {
  const app = new SuiteQueue(broker());
  const host = app.host();
  app.worker(echo);
  await enqueue(host, jobOf(1, { ttlMs: 2 ** 40 }));
  await eventually(() => expect(app.results()).toEqual([1]));
});
