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
  const dead: unknown[] = [];
  await eventually(async () => {
    const message = await channel.basicGet(`${app.name}.dead`);
    if (message !== undefined) dead.push(message.body);
    expect(dead).toHaveLength(3);
  });
  expect(dead).toEqual([Buffer.of(0, 255), Buffer.from('{"toString":1}'), Buffer.from("text")]);
  await channel.close();
});
