import { beforeAll } from "vitest";
import { type RabbitServer, startRabbit } from "../links/test/rabbitmq-server.ts";
import { rabbitQueue } from "./rabbitmq-queue.ts";
import { describeJobQueue } from "./test/job-queue-suite.ts";
import { SILENT } from "./test/suite-queue.ts";

// one for all of this file: it takes seconds to start
let rabbit: RabbitServer;
beforeAll(async () => {
  rabbit = await startRabbit();
  return () => rabbit.end();
});

describeJobQueue("RabbitMQ", () => ({
  ...rabbit,
  queue: (options) => rabbitQueue({ url: rabbit.url, ...options }, SILENT),
}));
