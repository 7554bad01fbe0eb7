import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { eventually } from "../test/patience.ts";
import { amqpSink } from "./amqp-sink.ts";
import { layCable } from "./test/cable.ts";
import { QueueReader } from "./test/queue-messages.ts";
import { type RabbitServer, startRabbit } from "./test/rabbitmq-server.ts";
import { describeSink, message } from "./test/sink-suite.ts";

// one for all of this file: it takes seconds to start
let rabbit: RabbitServer;
beforeAll(async () => {
  rabbit = await startRabbit();
  return () => rabbit.end();
});

const LIMITS = { maxEvents: 100_000, maxBytes: 2 ** 26, whenFull: "drop-oldest" } as const;
const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);
let tests = 0;

function reader(): QueueReader {
  const queues = new QueueReader(rabbit.url);
  onTestFinished(() => queues.close());
  return queues;
}

describeSink("RabbitMQ", async () => {
  const cable = await layCable(rabbit.port);
  const name = `suite-${++tests}`;
  const queues = new QueueReader(rabbit.url);
  const url = rabbit.url.replace(String(rabbit.port), String(cable.port));
  return {
    ...cable,
    async end() {
      await cable.cut();
      await queues.close();
    },
    sink: (limits, log) => amqpSink({ url, exchange: name, queue: name }, limits, log),
    received: () => queues.take(name),
  };
});

it("events go to queues that are bound to words of their routing key", async () => {
  const queues = reader();
  await queues.bind("words", "all-rooms", "rooms.*");
  const sink = amqpSink({ url: rabbit.url, exchange: "words" }, LIMITS, { warn: vi.fn(), info: vi.fn() });
  onTestFinished(async () => {
    await sink.close(0);
  });
  sink.add({ event: message(1), name: "rooms.a" });
  sink.add({ event: message(2), name: "rooms.a%2Eb" });
  sink.add({ event: message(3), name: "rooms.a.b" });
  await eventually(() => expect(sink.counters().sent).toBe(3));
  expect((await queues.take("all-rooms")).map(({ seq }) => seq)).toEqual([1, 2]);
});

it("nothing is lost when RabbitMQ is killed and started again under traffic", async () => {
  const options = { url: rabbit.url, exchange: "lasting", queue: "lasting" };
  const sink = amqpSink(options, LIMITS, { warn: vi.fn(), info: vi.fn() });
  let seq = 0;
  const traffic = setInterval(() => {
    for (let count = 0; count < 10; count++) sink.add({ event: message(++seq), name: "events" });
  }, 5);
  onTestFinished(async () => {
    clearInterval(traffic);
    await sink.close(0);
  });
  await eventually(() => expect(sink.counters().sent).toBeGreaterThan(500));
  await rabbit.kill();
  const had = seq;
  await eventually(() => expect(seq).toBeGreaterThan(had + 1_000));
  await rabbit.start();
  clearInterval(traffic);
  await eventually(() => expect(sink.counters()).toMatchObject({ connected: true, buffered: 0, dropped: 0 }));
  const received = (await reader().take("lasting")).map((event) => event.seq);
  expect([...new Set(received)]).toEqual(upTo(seq));
});
