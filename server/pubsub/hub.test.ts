import { describe, expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import type { Frame } from "../../shared/message.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { Broker, Done } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import { deflateBlocks } from "../connection/zlib-deflate.ts";
import { createCounters } from "../metrics.ts";
import { feedOf } from "../test/feed.ts";
import { ChannelRules } from "./channel-rules.ts";
import { Hub } from "./hub.ts";

const pack = createPack();
const REFUSED = new AppError("UNAVAILABLE", "no");
const LIMITS = { sendBudget: 1_000_000, maxChannels: 1_000, maxSubscriptions: 1_000 };
/** What the hub touches of a connection, and the topics its socket is subscribed to. */
interface FakeConnection {
  readonly asConnection: Connection;
  readonly topics: Set<string>;
  readonly channels: () => string[];
}

function connection(binary = true): FakeConnection {
  const topics = new Set<string>();
  const fake: Pick<Connection, "binary" | "channels" | "feed"> = {
    binary,
    channels: undefined,
    feed: feedOf(topics),
  };
  return { asConnection: fake as Connection, topics, channels: () => [...(fake.channels ?? [])] };
}

/** A hub and a broker that answers when the test says so, or as `answer` says at once. */
function setup(answer?: (done: Done) => void) {
  const asked: string[] = [];
  const unanswered: Done[] = [];
  const sent: [topic: string, frame: Frame][] = [];
  const rules = new ChannelRules();
  rules.add("*", {});
  rules.add("closed", { subscribe: false });
  const broker: Broker = {
    publish() {},
    subscribe(channel, done) {
      asked.push(`+${channel}`);
      if (answer === undefined) unanswered.push(done);
      else answer(done);
    },
    subscribeFrom: () => expect.unreachable("no channel keeps a history here"),
    history: () => expect.unreachable("nobody asks for a history here"),
    unsubscribe: (channel) => void asked.push(`-${channel}`),
    close() {},
  };
  const transport = { publish: (topic: string, frame: Frame) => void sent.push([topic, frame]) };
  const frames = { pack, deflateThreshold: 1_024, deflateBlocks };
  const hub = new Hub({ rules, broker, transport, ...LIMITS, frames, counters: createCounters() });
  const told: string[] = [];
  const subscribe = (who: FakeConnection, channel: string, name = channel) =>
    hub.subscribe(who.asConnection, channel, undefined, (error) => void told.push(`${name}: ${error?.code ?? "ok"}`));
  return { hub, asked, unanswered, sent, told, subscribe };
}

const atOnce = (done: Done) => done(undefined);

/** The topics that a publication goes out to. */
function topicsOf(sent: readonly [string, Frame][]): string[] {
  return sent.map(([topic]) => topic);
}

describe("subscribing", () => {
  it("asks the broker for a channel's first subscriber and takes it back after the last, whoever they are", () => {
    const { hub, asked, subscribe } = setup(atOnce);
    const [a, b] = [connection(), connection(false)];
    subscribe(a, "c");
    subscribe(b, "c");
    expect(asked).toEqual(["+c"]);
    hub.unsubscribe(a.asConnection, "c");
    expect(asked).toEqual(["+c"]);
    hub.unsubscribe(b.asConnection, "c");
    expect(asked).toEqual(["+c", "-c"]);
    expect(hub.size).toBe(0);
  });

  it("twice counts once", () => {
    const { hub, asked, told, subscribe } = setup(atOnce);
    const a = connection();
    subscribe(a, "c");
    subscribe(a, "c");
    expect(told).toEqual(["c: ok", "c: ok"]);
    hub.unsubscribe(a.asConnection, "c");
    hub.unsubscribe(a.asConnection, "c");
    expect(asked).toEqual(["+c", "-c"]);
  });

  it("is done only when the broker has answered, for all who came meanwhile", () => {
    const { told, unanswered, subscribe } = setup();
    const [a, b] = [connection(), connection()];
    subscribe(a, "c", "a");
    subscribe(b, "c", "b");
    expect(told).toEqual([]);
    expect(a.topics).toEqual(new Set());
    unanswered[0]?.(undefined);
    expect(told).toEqual(["a: ok", "b: ok"]);
    expect(a.topics).toEqual(new Set(["bc"]));
    expect(b.topics).toEqual(new Set(["bc"]));
  });

  it("is refused by the channel's rule, and the broker never hears of it", () => {
    const { hub, asked, told, subscribe } = setup(atOnce);
    const a = connection();
    subscribe(a, "closed");
    expect(told).toEqual(["closed: FORBIDDEN"]);
    expect({ asked, size: hub.size, channels: a.channels() }).toEqual({ asked: [], size: 0, channels: [] });
  });
});

describe("changing one's mind while the broker has not answered", () => {
  it("ends the subscription all the same, and each request is answered once", () => {
    const { hub, asked, told, unanswered, subscribe } = setup();
    const a = connection();
    subscribe(a, "c");
    hub.unsubscribe(a.asConnection, "c");
    expect(asked).toEqual(["+c", "-c"]);
    unanswered[0]?.(undefined);
    expect(told).toEqual(["c: CANCELLED"]);
    expect({ topics: a.topics, size: hub.size }).toEqual({ topics: new Set(), size: 0 });
  });

  it("twice leaves it subscribed", () => {
    const { hub, asked, told, unanswered, subscribe } = setup();
    const a = connection();
    subscribe(a, "c", "first");
    hub.unsubscribe(a.asConnection, "c");
    subscribe(a, "c", "second");
    expect(asked).toEqual(["+c", "-c", "+c"]);
    for (const done of unanswered) done(undefined);
    expect(told).toEqual(["first: ok", "second: ok"]);
    expect({ topics: a.topics, channels: a.channels() }).toEqual({ topics: new Set(["bc"]), channels: ["c"] });
  });

  it("twice leaves it subscribed even where the broker refused the first time", () => {
    const { hub, told, unanswered, subscribe } = setup();
    const a = connection();
    subscribe(a, "c", "first");
    hub.unsubscribe(a.asConnection, "c");
    subscribe(a, "c", "second");
    unanswered[0]?.(REFUSED);
    unanswered[1]?.(undefined);
    expect(told).toEqual(["first: UNAVAILABLE", "second: ok"]);
    expect({ topics: a.topics, channels: a.channels() }).toEqual({ topics: new Set(["bc"]), channels: ["c"] });
  });

  it("by closing the connection leaves nothing behind", () => {
    const { hub, asked, unanswered, subscribe } = setup();
    const [a, b] = [connection(), connection()];
    subscribe(a, "c");
    subscribe(a, "d");
    subscribe(b, "d");
    hub.forget(a.asConnection);
    expect(asked).toEqual(["+c", "+d", "-c"]);
    for (const done of unanswered) done(undefined);
    expect(a.topics).toEqual(new Set());
    expect(b.topics).toEqual(new Set(["bd"]));
    expect(hub.size).toBe(1);
  });
});

describe("a broker that refuses", () => {
  it("leaves nobody subscribed, and is asked again the next time", () => {
    const { hub, asked, told, unanswered, subscribe } = setup();
    const [a, b] = [connection(), connection(false)];
    subscribe(a, "c", "a");
    subscribe(b, "c", "b");
    unanswered[0]?.(REFUSED);
    expect(told).toEqual(["a: UNAVAILABLE", "b: UNAVAILABLE"]);
    expect({ size: hub.size, channels: [...a.channels(), ...b.channels()] }).toEqual({ size: 0, channels: [] });
    subscribe(a, "c", "again");
    expect(asked.at(-1)).toBe("+c");
    unanswered[1]?.(undefined);
    expect(told.at(-1)).toBe("again: ok");
    expect(a.topics).toEqual(new Set(["bc"]));
  });

  it("may do so before its `subscribe` returns", () => {
    const { hub, told, subscribe } = setup((done) => done(REFUSED));
    const a = connection();
    subscribe(a, "c");
    expect(told).toEqual(["c: UNAVAILABLE"]);
    expect({ size: hub.size, topics: a.topics, channels: a.channels() }).toEqual({
      size: 0,
      topics: new Set(),
      channels: [],
    });
  });

  it("is asked again by who tries again from within the refusal, before others have heard of it", () => {
    const { hub, asked, unanswered, subscribe } = setup();
    const a = connection().asConnection;
    const told: (string | undefined)[] = [];
    hub.subscribe(a, "c", undefined, (error) => {
      told.push(error?.code);
      hub.subscribe(a, "c", undefined, (again) => void told.push(again?.code));
    });
    subscribe(connection(), "c");
    unanswered[0]?.(REFUSED);
    expect(told).toEqual(["UNAVAILABLE"]);
    unanswered[1]?.(undefined);
    expect(told).toEqual(["UNAVAILABLE", undefined]);
    expect(asked).toEqual(["+c", "-c", "+c"]);
  });
});

describe("a publication", () => {
  it("goes out once per kind of subscriber there is, whatever their number", () => {
    const { hub, sent, subscribe } = setup(atOnce);
    const connections = [connection(true), connection(true), connection(false)];
    for (const one of connections) subscribe(one, "c");
    hub.deliver("c", pack.pack(1), undefined);
    expect(sent).toEqual([
      ["bc", expect.any(Uint8Array)],
      ["tc", '[12,"c",1]'],
    ]);
    expect([...(connections[0]?.topics ?? [])]).toEqual(["bc"]);
    expect([...(connections[2]?.topics ?? [])]).toEqual(["tc"]);
  });

  it("reaches a channel and all patterns that fit, each told apart from the others", () => {
    const { hub, sent, subscribe } = setup(atOnce);
    for (const channel of ["a:b", "a:*", "a*", "b:*", "a:b*"]) subscribe(connection(false), channel);
    hub.deliver("a:b", pack.pack("x"), undefined);
    expect(sent).toEqual([
      ["ta:b", '[12,"a:b","x"]'],
      ["ta*", '[12,"a:b","x",{"pattern":"a*"}]'],
      ["ta:*", '[12,"a:b","x",{"pattern":"a:*"}]'],
      ["ta:b*", '[12,"a:b","x",{"pattern":"a:b*"}]'],
    ]);
  });

  it("is not encoded for a kind of subscriber that is gone", () => {
    const { hub, sent, subscribe } = setup(atOnce);
    const [a, b] = [connection(true), connection(false)];
    subscribe(a, "c");
    subscribe(b, "c");
    hub.unsubscribe(a.asConnection, "c");
    hub.deliver("c", pack.pack(1), undefined);
    expect(topicsOf(sent)).toEqual(["tc"]);
    hub.forget(b.asConnection);
    hub.deliver("c", pack.pack(1), undefined);
    expect(topicsOf(sent)).toEqual(["tc"]);
  });
});
