import { describe, expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { SchemaResult, StandardSchema } from "../../shared/standard-schema.ts";
import type { ChannelRule } from "../app.ts";
import type { Broker, Done } from "../brokers/broker.ts";
import type { Connection } from "../connection/connection.ts";
import { createCounters } from "../metrics.ts";
import { ChannelRules } from "./channel-rules.ts";
import { Publisher } from "./publisher.ts";

const pack = createPack();
/** Nothing is asked of it here. */
const CLIENT = {} as Connection;

type Validate = (value: unknown) => SchemaResult<unknown> | Promise<SchemaResult<unknown>>;

function schema(validate: Validate): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const accepted: Broker["publish"] = (_channel, _data, done) => done?.(undefined, 7);

function setup(table: Readonly<Record<string, ChannelRule>>, brokerPublish = accepted) {
  const published: [channel: string, data: unknown][] = [];
  const failures: unknown[] = [];
  const rules = new ChannelRules();
  for (const [name, rule] of Object.entries(table)) rules.add(name, rule);
  const broker: Broker = {
    publish(channel, data, done) {
      published.push([channel, pack.unpack(data)]);
      brokerPublish(channel, data, done);
    },
    subscribe: (_channel, done) => done(undefined),
    subscribeFrom: (_channel, _from, done) => done(undefined, undefined),
    history: (_channel, _limit, _before, done) => done(undefined, undefined),
    unsubscribe() {},
    close() {},
  };
  const counters = createCounters();
  const limiter = { checkPublication: () => undefined };
  const publisher = new Publisher({ rules, broker, pack, counters, limiter, failed: (error) => failures.push(error) });
  return { publisher, published, failures };
}

/** Publishes and gives all that `done` was told, once it has had time to be told twice. */
async function outcomes(publisher: Publisher, channel: string, data: unknown) {
  const told: { code?: string; message?: string; offset?: number | undefined }[] = [];
  const done: Done = (error, offset) => {
    told.push(error === undefined ? { offset } : { code: error.code, message: error.message });
  };
  publisher.publishFromClient(CLIENT, channel, data, done);
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return told;
}

const circular: unknown[] = [];
circular.push(circular);
const TOO_LARGE_A_NUMBER = 2n ** 70n;

/** The same rule with a schema that answers at once, and with one that takes its time. */
const kinds: [name: string, (validate: (value: unknown) => SchemaResult<unknown>) => StandardSchema][] = [
  ["a schema that answers at once", (validate) => schema(validate)],
  ["a schema that takes its time", (validate) => schema(async (value) => validate(value))],
];

describe.each(kinds)("a client's publication, checked by %s,", (_, make) => {
  it("goes out as the schema gave it, and is acknowledged once, with its offset", async () => {
    const { publisher, published } = setup({ c: { data: make((value) => ({ value: { wrapped: value } })) } });
    expect(await outcomes(publisher, "c", 1)).toEqual([{ offset: 7 }]);
    expect(published).toEqual([["c", { wrapped: 1 }]]);
  });

  it("that is not valid is refused once, in the words of the schema", async () => {
    const issues = [{ message: "too loud", path: ["text"] }];
    const { publisher, published } = setup({ c: { data: make(() => ({ issues })) } });
    expect(await outcomes(publisher, "c", 1)).toEqual([
      { code: "BAD_REQUEST", message: "The data is not valid at text: too loud" },
    ]);
    expect(published).toEqual([]);
  });

  it("whose schema throws is refused once, and not told why; the server hears why", async () => {
    const error = new Error("the database password is hunter2");
    const data = make(() => {
      throw error;
    });
    const { publisher, failures } = setup({ c: { data } });
    expect(await outcomes(publisher, "c", 1)).toEqual([
      { code: "INTERNAL", message: "Something went wrong on the other side." },
    ]);
    expect(failures).toEqual([error]);
  });

  it("whose schema throws on purpose is told what", async () => {
    const data = make(() => {
      throw new AppError("SOLD_OUT", "No more.");
    });
    const { publisher } = setup({ c: { data } });
    expect(await outcomes(publisher, "c", 1)).toEqual([{ code: "SOLD_OUT", message: "No more." }]);
  });

  it("that the schema made into something that cannot be encoded is refused once", async () => {
    const { publisher, published } = setup({ c: { data: make(() => ({ value: TOO_LARGE_A_NUMBER })) } });
    const told = await outcomes(publisher, "c", 1);
    expect(told).toEqual([{ code: "BAD_REQUEST", message: expect.stringContaining("cannot be encoded") }]);
    expect(published).toEqual([]);
  });

  it("is refused once where the broker throws", async () => {
    const { publisher } = setup({ c: { data: make((value) => ({ value })) } }, () => {
      throw new Error("socket on fire");
    });
    expect(await outcomes(publisher, "c", 1)).toEqual([
      { code: "INTERNAL", message: "Something went wrong on the other side." },
    ]);
  });

  it("is refused once where the broker refuses, as it does", async () => {
    const { publisher } = setup({ c: { data: make((value) => ({ value })) } }, (_channel, _data, done) => {
      done?.(new AppError("OVERLOADED", "Later."));
    });
    expect(await outcomes(publisher, "c", 1)).toEqual([{ code: "OVERLOADED", message: "Later." }]);
  });

  it("goes out, or not, without a word where nobody wants to know", async () => {
    const { publisher, published } = setup({
      c: { data: make((value) => (value === "bad" ? { issues: [{ message: "no" }] } : { value })) },
      big: { data: make(() => ({ value: TOO_LARGE_A_NUMBER })) },
    });
    for (const data of ["good", "bad"]) publisher.publishFromClient(CLIENT, "c", data, undefined);
    publisher.publishFromClient(CLIENT, "big", 1, undefined);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(published).toEqual([["c", "good"]]);
  });
});

describe("a client's publication", () => {
  it.each([
    ["to a channel that does not exist", "none", "NOT_FOUND"],
    ["to a channel that clients may not publish to", "news", "FORBIDDEN"],
    ["to a pattern", "c*", "BAD_REQUEST"],
  ])("%s is refused once", async (_, channel, code) => {
    const { publisher, published } = setup({ c: {}, "c*": {}, news: { publish: false } });
    expect(await outcomes(publisher, channel, 1)).toEqual([expect.objectContaining({ code })]);
    expect(published).toEqual([]);
  });

  it("of half a character goes out mended, so that strict decoders can read it", async () => {
    const { publisher, published } = setup({ c: {} });
    await outcomes(publisher, "c", { text: "half a fox: \ud83e" });
    expect(published).toEqual([["c", { text: "half a fox: \ufffd" }]]);
  });

  it("leaves its data alone once it is published: later changes do not count", async () => {
    const { publisher, published } = setup({ c: {} });
    const data = { count: 1 };
    publisher.publishFromClient(CLIENT, "c", data, undefined);
    data.count = 2;
    expect(published).toEqual([["c", { count: 1 }]]);
  });
});

describe("a publication of the application", () => {
  it("may go where clients may not publish, and past the schema", () => {
    const { publisher, published } = setup({ news: { publish: false, data: schema(() => ({ issues: [] })) } });
    publisher.publish("news", "hello");
    expect(published).toEqual([["news", "hello"]]);
  });

  it("throws where the channel does not exist, is a pattern, or the data cannot be encoded", () => {
    const { publisher, published } = setup({ c: {}, "c*": {} });
    expect(() => publisher.publish("none", 1)).toThrow('There is no channel "none".');
    expect(() => publisher.publish("c*", 1)).toThrow('"c*" is no name of one channel');
    expect(() => publisher.publish("c", TOO_LARGE_A_NUMBER)).toThrow("cannot be encoded");
    expect(published).toEqual([]);
  });
});
