import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { layCable } from "../links/test/cable.ts";
import { type RabbitServer, startRabbit } from "../links/test/rabbitmq-server.ts";
import { eventually } from "../test/patience.ts";
import { amqpSink } from "./amqp-sink.ts";
import type { GatewayEvent } from "./gateway-event.ts";
import { Gateway, type GatewayError } from "./sdk/gateway.ts";
import { QueueReader } from "./test/queue-messages.ts";
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

/** A back end that reads a queue of its own, and a sink that it hears of. */
function bothSides(exchange: string, url = rabbit.url, options: { single?: boolean } = {}) {
  const sink = amqpSink({ url: rabbit.url, exchange }, LIMITS, { warn: vi.fn(), info: vi.fn() });
  const gateway = new Gateway({
    control: "http://127.0.0.1:9",
    amqp: { url, exchange, queue: `of-${exchange}`, ...options },
  });
  const errors: GatewayError[] = [];
  const heard: unknown[] = [];
  gateway.on("error", (error) => void errors.push(error));
  onTestFinished(async () => {
    await gateway.close();
    await sink.close(0);
  });
  const send = (event: GatewayEvent) => sink.add({ event, name: "events" });
  return { sink, gateway, errors, heard, send };
}

describe("a back end that reads from RabbitMQ", () => {
  it("hears of texts and of bytes, in order, and acknowledges what it has done", async () => {
    const { gateway, errors, heard, send } = bothSides("read");
    gateway.on("message", async ({ id, tags, path }, data, { seq }) => {
      heard.push([id, path, tags, typeof data === "string" ? data : [...data], seq]);
    });
    gateway.listen();
    await reader().bind("read", "of-read"); // before it, events would go nowhere
    send(message(1, "grüße"));
    send(message(2, Buffer.from([0, 255])));
    await eventually(() => expect(heard).toHaveLength(2));
    const common = ["c1", "/chat", { group: "a&b", n: "1" }];
    expect(heard).toEqual([
      [...common, "grüße", 1],
      [...common, [0, 255], 2],
    ]);
    await gateway.close();
    expect(await reader().take("of-read")).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("is given an event once more whose listener failed, and then no more", async () => {
    const { gateway, errors, heard, send } = bothSides("again");
    gateway.on("message", (_, data) => {
      heard.push(data);
      if (data === "bad") throw new Error("no");
    });
    gateway.listen();
    await reader().bind("again", "of-again");
    send(message(1, "bad"));
    await eventually(() => expect(errors.map(({ code }) => code)).toEqual(["HANDLER", "EVENT", "HANDLER"]));
    send(message(2, "good"));
    await eventually(() => expect(heard).toEqual(["bad", "bad", "good"]));
  });

  it("goes on after an outage, and hears of each event once", async () => {
    const cable = await layCable(rabbit.port);
    onTestFinished(() => cable.cut());
    const url = rabbit.url.replace(String(rabbit.port), String(cable.port));
    const { gateway, errors, heard, send } = bothSides("outage", url);
    gateway.on("message", async (_, data) => {
      heard.push(Number(data));
    });
    gateway.listen();
    await reader().bind("outage", "of-outage");
    for (const seq of upTo(300)) send(message(seq, String(seq)));
    await eventually(() => expect(heard.length).toBeGreaterThan(10));
    await cable.cut();
    await eventually(() => expect(errors.map(({ code }) => code)).toEqual(["UNREACHABLE"]));
    for (const seq of upTo(300)) send(message(300 + seq, String(300 + seq)));
    await cable.mend();
    await eventually(() => expect(heard).toHaveLength(600));
    expect(heard).toEqual(upTo(600));
  });

  it("is the only one to get events where that is asked for, until it ends", async () => {
    const [one, two] = [
      bothSides("single", rabbit.url, { single: true }),
      bothSides("single", rabbit.url, { single: true }),
    ];
    for (const { gateway, heard } of [one, two]) gateway.on("message", (_, data) => void heard.push(data));
    one.gateway.listen();
    let seq = 0;
    await eventually(() => {
      one.send(message(++seq, "until its queue is there"));
      expect(one.heard.length).toBeGreaterThan(0);
    });
    two.gateway.listen();
    for (const _ of upTo(100)) one.send(message(++seq, "b"));
    await eventually(() => expect(one.heard.filter((data) => data === "b")).toHaveLength(100));
    expect(two.heard).toEqual([]);
    await one.gateway.close();
    one.send(message(++seq, "c"));
    await eventually(() => expect(two.heard).toEqual(["c"]));
  });
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
