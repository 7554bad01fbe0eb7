import { describe, expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import type { Frame } from "../../shared/message.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { Broker, From, HistoryPage, Paged } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import { deflateBlocks } from "../connection/zlib-deflate.ts";
import { createCounters } from "../metrics.ts";
import { feedOf } from "../test/feed.ts";
import { CatchUpTurns } from "./catch-up-turns.ts";
import { ChannelRules } from "./channel-rules.ts";
import { Hub, type Subscribed } from "./hub.ts";

const pack = createPack();
const EPOCH = "e";
const BUDGET = 1_000_000;

/** A hub whose broker answers when the test says so, and a connection that notes what it is sent. */
function setup() {
  const asked: [from: From, done: Paged][] = [];
  const told: string[] = [];
  const topics = new Set<string>();
  let drained: (() => void) | undefined;
  let closed = false;
  const fake = {
    binary: false,
    channels: undefined as Set<string> | undefined,
    unsent: 0,
    get open() {
      return !closed;
    },
    feed: feedOf(topics),
    sendPiece: (piece: Frame) => void told.push(String((JSON.parse(piece as string) as unknown[])[2])),
    flush() {},
    drain: () =>
      new Promise<void>((resolve) => {
        drained = resolve;
      }),
    dropped() {
      closed = true;
      told.push("dropped");
    },
  };
  const connection = fake as unknown as Connection;
  const rules = new ChannelRules();
  rules.add("*", { history: true });
  const broker = {
    subscribeFrom: (_: string, from: From, done: Paged) => void asked.push([from, done]),
    unsubscribe: () => void told.push("left"),
  } as unknown as Broker;
  const frames = { pack, deflateThreshold: 1_024, deflateBlocks };
  const services = {
    rules,
    broker,
    frames,
    counters: createCounters(),
    sendBudget: BUDGET,
    maxChannels: 3,
    maxSubscriptions: 99,
  };
  const hub = new Hub({
    ...services,
    transport: { publish: (topic) => void (topics.has(topic) && told.push("live")) },
  });
  const subscribe = (name: string, offset?: number, begin = true) => {
    const since = offset === undefined ? undefined : { epoch: EPOCH, offset };
    const done: Subscribed = (error, start) => {
      told.push(`${name}: ${error?.code ?? (start?.info.recovered === undefined ? "on" : start.info.recovered)}`);
      if (begin) start?.begin();
    };
    hub.subscribe(connection, "c", since, done);
  };
  const answer = (index: number, page: Partial<HistoryPage> | AppError) => {
    const [, done] = asked[index] as [From, Paged];
    const whole = { epoch: EPOCH, top: 0, recovered: false, more: false, first: 0, publications: [] };
    if (page instanceof AppError) done(page, undefined);
    else done(undefined, { ...whole, ...page });
  };
  const drain = async () => {
    drained?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { hub, fake, connection, asked, told, topics, subscribe, answer, drain };
}

const data = (...numbers: number[]) => numbers.map((number) => pack.pack(number));

describe("a subscription to a channel with history", () => {
  it("is told where it starts, then what was missed, and is live after that", () => {
    const { hub, told, topics, subscribe, answer } = setup();
    subscribe("a", 3);
    hub.deliver("c", pack.pack("before"), 4);
    answer(0, { top: 5, recovered: true, first: 4, publications: data(4, 5) });
    hub.deliver("c", pack.pack("after"), 6);
    expect(told).toEqual(["a: true", "4", "5", "live"]);
    expect([...topics]).toEqual(["tc"]);
  });

  it("gets page after page as it reads, and nothing live in between", async () => {
    const { hub, asked, told, subscribe, answer, drain } = setup();
    subscribe("a", 0);
    answer(0, { top: 4, recovered: true, more: true, first: 1, publications: data(1, 2) });
    hub.deliver("c", pack.pack("live"), 5);
    expect(asked).toHaveLength(1);
    await drain();
    expect(asked[1]?.[0]).toEqual({ since: { epoch: EPOCH, offset: 2 }, latest: false });
    answer(1, { top: 5, recovered: true, first: 3, publications: data(3, 4, 5) });
    hub.deliver("c", pack.pack("live"), 6);
    expect(told).toEqual(["a: true", "1", "2", "3", "4", "5", "live"]);
  });

  it("is closed, to come back, where what it was promised is gone before it was sent", async () => {
    const { told, subscribe, answer, drain } = setup();
    subscribe("a", 0);
    answer(0, { top: 4, recovered: true, more: true, first: 1, publications: data(1, 2) });
    await drain();
    answer(1, { top: 900 });
    expect(told).toEqual(["a: true", "1", "2", "dropped"]);
  });

  it("asks anew where it begins later than it was told", () => {
    const { hub, connection, asked, told, subscribe, answer } = setup();
    subscribe("a", 3, false);
    let begin: (() => void) | undefined;
    hub.subscribe(connection, "c", { epoch: EPOCH, offset: 3 }, (_, start) => {
      begin = () => start?.begin();
    });
    answer(1, { top: 5, recovered: true, first: 4, publications: data(4, 5) });
    expect(told).toEqual([]);
    begin?.();
    expect(asked[2]?.[0]).toEqual({ since: { epoch: EPOCH, offset: 3 }, latest: false });
    answer(2, { top: 6, recovered: true, first: 4, publications: data(4, 5, 6) });
    expect(told).toEqual(["4", "5", "6"]);
  });

  it("that was ended and begun again is answered by its second question only: publications may have gone by in between", () => {
    const { hub, connection, told, topics, subscribe, answer } = setup();
    subscribe("a", 1);
    hub.unsubscribe(connection, "c");
    subscribe("b", 1);
    answer(0, { top: 2, recovered: true, first: 2, publications: data(2) });
    expect([...topics]).toEqual([]);
    answer(1, { top: 3, recovered: true, first: 2, publications: data(2, 3) });
    expect(told).toEqual(["left", "a: CANCELLED", "b: true", "2", "3"]);
    expect([...topics]).toEqual(["tc"]);
  });

  it("that is asked for twice begins anew, and is never without what is live in between", () => {
    const { hub, told, subscribe, answer } = setup();
    subscribe("a");
    answer(0, { top: 2 });
    subscribe("b", 2);
    hub.deliver("c", pack.pack("live"), 3);
    answer(1, { top: 3, recovered: true, first: 3, publications: data(3) });
    hub.deliver("c", pack.pack("live"), 4);
    expect(told).toEqual(["a: on", "live", "b: true", "3", "live"]);
  });

  it("is ended by no refusal of another question of its own, be it earlier or later", () => {
    const { hub, told, topics, subscribe, answer } = setup();
    for (const name of ["a", "b", "c"]) subscribe(name);
    answer(0, new AppError("OVERLOADED"));
    answer(1, { top: 2 });
    answer(2, new AppError("OVERLOADED"));
    hub.deliver("c", pack.pack("live"), 3);
    expect(told).toEqual(["a: OVERLOADED", "b: on", "c: OVERLOADED", "live"]);
    expect([...topics]).toEqual(["tc"]);
  });

  it("is over where the broker refuses all it was asked, unless it was ended and begun again meanwhile", () => {
    const { hub, connection, told, topics, subscribe, answer } = setup();
    const other = { ...connection, channels: undefined } as unknown as Connection;
    hub.subscribe(other, "c", undefined, () => undefined);
    subscribe("a");
    hub.unsubscribe(connection, "c");
    subscribe("b");
    answer(1, new AppError("OVERLOADED"));
    expect(connection.channels).toEqual(new Set(["c"]));
    answer(2, { top: 1 });
    expect([...topics]).toEqual(["tc"]);
    hub.unsubscribe(connection, "c");
    subscribe("d");
    answer(3, new AppError("OVERLOADED"));
    expect(connection.channels).toEqual(new Set());
    expect(told).toEqual(["a: OVERLOADED", "b: on", "d: OVERLOADED"]);
  });

  it("is refused where too many questions of its connection wait for an answer", () => {
    const { asked, told, subscribe, answer } = setup();
    for (const name of ["a", "b", "c", "d"]) subscribe(name);
    expect({ asked: asked.length, told }).toEqual({ asked: 3, told: ["d: OVERLOADED"] });
    answer(0, { top: 0 });
    subscribe("e");
    expect({ asked: asked.length, told }).toEqual({ asked: 4, told: ["d: OVERLOADED", "a: on"] });
  });

  it("that ends while it catches up gets nothing more", async () => {
    const { hub, connection, asked, told, topics, subscribe, answer, drain } = setup();
    subscribe("a", 0);
    answer(0, { top: 4, recovered: true, more: true, first: 1, publications: data(1, 2) });
    hub.unsubscribe(connection, "c");
    await drain();
    expect(asked).toHaveLength(1);
    expect(told).toEqual(["a: true", "1", "2", "left"]);
    expect({ topics, size: hub.size }).toEqual({ topics: new Set(), size: 0 });
  });

  it("waits for its turn where much waits for the connection already, but not where nothing was missed", async () => {
    const { fake, asked, told, subscribe, answer, drain } = setup();
    fake.unsent = BUDGET;
    subscribe("a", 1);
    answer(0, { top: 1, recovered: true, first: 2 });
    subscribe("b", 0);
    answer(1, { top: 1, recovered: true, first: 1, publications: data(1) });
    expect({ asked: asked.length, told }).toEqual({ asked: 2, told: ["a: true", "b: true"] });
    fake.unsent = 0;
    await drain();
    expect(asked[2]?.[0]).toEqual({ since: { epoch: EPOCH, offset: 0 }, latest: false });
    answer(2, { top: 2, recovered: true, first: 1, publications: data(1, 2) });
    expect(told).toEqual(["a: true", "b: true", "1", "2"]);
  });

  it("is given up where it was too much: nothing is kept for who is gone", () => {
    const { hub, fake, connection, topics, subscribe, answer } = setup();
    fake.sendPiece = () => {
      fake.dropped();
      hub.forget(connection);
    };
    subscribe("a", 0);
    answer(0, { top: 2, recovered: true, first: 1, publications: data(1, 2) });
    expect({ topics, size: hub.size }).toEqual({ topics: new Set(), size: 0 });
  });
});

describe("the turns of a connection that catches up", () => {
  it("are a few at once, and all come", () => {
    const overs: (() => void)[] = [];
    const turns = new CatchUpTurns({ unsent: 0 } as unknown as Connection, BUDGET);
    for (let count = 0; count < 10; count++) turns.take((over) => void overs.push(over));
    expect(overs).toHaveLength(4);
    for (let index = 0; index < 10; index++) overs[index]?.();
    expect(overs).toHaveLength(10);
  });
});
