import { beforeAll } from "vitest";
import { type RabbitServer, startRabbit } from "../links/test/rabbitmq-server.ts";
import { rabbitQueue } from "./rabbitmq-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { describeQueueOutages } from "./test/queue-outage-suite.ts";
import { type QueueBroker, SILENT } from "./test/suite-queue.ts";

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
describeQueueOutages("RabbitMQ", broker, () => ({ AMQP_URL: rabbit.url }));
