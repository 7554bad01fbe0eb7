import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { describeEachRedis } from "../links/test/each-redis.ts";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import type { BusHub } from "../primary/bus-hub.ts";
import { createBusHub } from "../primary/create-bus-hub.ts";
import { startHost, testPrefix } from "../redis/test/hosts.ts";
import { eventually } from "../test/patience.ts";
import type { Broker } from "./broker.ts";
import { type BrokerSetup, startProcess } from "./test/broker-process.ts";
import { describeBroker } from "./test/broker-suite.ts";
import { connectLocalBroker } from "./test/connect-local-broker.ts";

const BUDGET = 64 * 1024 * 1024;

/** The bus of one more host. */
async function startBus(url: string, prefix: string, whileAway: "refuse" | "local" = "refuse") {
  const { redis, hosts } = await startHost(url, prefix, BUDGET);
  const never = (): void => expect.unreachable("nobody is stuck");
  const config = { ...DEFAULT_CONFIG, busBudget: BUDGET, redisAway: whileAway };
  const { hub } = createBusHub(config, { stuck: never, failed: never }, { shared: { redis, hosts } });
  await hub.listen();
  onTestFinished(() => hub.close());
  return { hub, redis, prefix };
}

/** Of a Cluster's nodes each has an order of its own: so many channels are of all of them. */
const BARRIERS = Array.from({ length: 40 }, (_, index) => `settled:${index}`);

/** Processes that are on these hosts in turn. */
function setupOf(hubs: readonly BusHub[]): BrokerSetup {
  const brokers: Broker[] = [];
  let count = 0;
  return {
    barriers: BARRIERS,
    async connect(deliver) {
      const hub = hubs[count++ % hubs.length] as BusHub;
      const broker = await connectLocalBroker({
        ...{ ...hub.address, worker: count, budget: BUDGET, deliver },
        lost: () => undefined,
      });
      brokers.push(broker);
      return broker;
    },
    async close() {
      for (const broker of brokers) broker.close();
    },
    breakDown() {
      for (const hub of hubs) hub.close();
    },
  };
}

describeEachRedis("two hosts with", (url, kind) => {
  describeBroker(`two hosts with ${kind}`, async () => {
    const prefix = testPrefix();
    const hosts = await Promise.all([startBus(url(), prefix), startBus(url(), prefix)]);
    return setupOf(hosts.map(({ hub }) => hub));
  });
});

const KEEPING = { size: 100, ttlMs: 60_000 };

describe("two hosts whose Redis comes and goes", () => {
  async function start(whileAway: "refuse" | "local" = "refuse") {
    const server: RedisServer = await startRedis();
    onTestFinished(() => server.end());
    const prefix = testPrefix();
    const hosts = await Promise.all([startBus(server.url, prefix, whileAway), startBus(server.url, prefix, whileAway)]);
    const bus = setupOf(hosts.map(({ hub }) => hub));
    const [a, b] = await Promise.all([startProcess(bus), startProcess(bus)]);
    const keep = (text: string) =>
      new Promise((resolve) => {
        a.broker.publish("kept", Buffer.from(text), (error, offset) => resolve(error ?? offset), { keeping: KEEPING });
      });
    return { server, hosts, a, b, keep };
  }

  it("lose nothing that was acknowledged and is kept, and have it in order, though connections were lost", async () => {
    const { server, a, b, keep } = await start();
    await Promise.all([a.from("kept", undefined), b.from("kept", undefined)]);
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      const kill = server.ask("CLIENT", "KILL", "TYPE", "pubsub");
      for (let index = 0; index < 20; index++) {
        const text = `${round}-${index}`;
        const offset = await eventually(async () => {
          const answer = await keep(text);
          if (typeof answer !== "number") throw answer;
          return answer;
        });
        expected.push(`kept ${text} @${offset}`);
      }
      await kill;
    }
    await eventually(() => {
      for (const { delivered } of [a, b]) expect(delivered.at(-1)).toBe(expected.at(-1));
    });
    // one whose answer was lost may have been kept, and told a second time
    for (const { delivered } of [a, b]) expect(delivered.filter((text) => expected.includes(text))).toEqual(expected);
    expect(a.delivered).toEqual(b.delivered);
  });

  it("say that publications cannot be taken while it is away, and take them again", async () => {
    const { server, hosts, a, b, keep } = await start();
    await a.subscribe("news");
    await b.subscribe("news");
    await server.kill();
    await eventually(() => expect(hosts.map(({ redis }) => redis.isUp)).toEqual([false, false]));
    expect(await a.publish("news", "lost")).toMatchObject({ code: "UNAVAILABLE" });
    expect(await keep("lost")).toMatchObject({ code: "UNAVAILABLE" });
    expect(await a.subscribe("other")).toMatchObject({ code: "UNAVAILABLE" });
    await expect(a.from("kept", undefined)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await server.start();
    await eventually(() => expect(hosts.map(({ redis }) => redis.isUp)).toEqual([true, true]));
    expect(await a.publish("news", "again")).toBeUndefined();
    await eventually(() => expect(b.delivered.at(-1)).toBe("news again"));
    expect(a.delivered).toEqual(b.delivered);
    expect(a.delivered).not.toContain("news lost");
  });

  it("go on alone with what is not kept, where they are told to", async () => {
    const { server, hosts, a, b, keep } = await start("local");
    await a.subscribe("news");
    await b.subscribe("news");
    await server.kill();
    await eventually(() => expect(hosts.map(({ redis }) => redis.isUp)).toEqual([false, false]));
    expect(await a.publish("news", "here")).toBeUndefined();
    await eventually(() => expect(a.delivered).toEqual(["news here"]));
    expect(await keep("lost")).toMatchObject({ code: "UNAVAILABLE" });
    expect(b.delivered).toEqual([]);
  });

  it("get everything once, and in order, though others subscribe and unsubscribe meanwhile", async () => {
    const { a, b } = await start();
    await Promise.all([a.from("xy", undefined), b.from("xy", undefined), a.subscribe("x*"), a.subscribe("n*")]);
    await a.subscribe("news");
    const answers: Promise<unknown>[] = [];
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 20; index++) {
        answers.push(b.publish("news", "same"));
        answers.push(new Promise((done) => b.broker.publish("xy", Buffer.from("same"), done, { keeping: KEEPING })));
      }
      for (const process of [a, b]) {
        const pattern = process === a ? "xx*" : "x*";
        answers.push(process.subscribe(pattern).catch(() => undefined));
        process.broker.unsubscribe(pattern);
      }
      await new Promise(setImmediate);
    }
    await Promise.all(answers);
    const kept = Array.from({ length: 400 }, (_, index) => `xy same @${index + 1}`);
    await eventually(() => {
      for (const { delivered } of [a, b]) expect(delivered.filter((text) => text.startsWith("xy"))).toEqual(kept);
      expect(a.delivered.filter((text) => text === "news same")).toHaveLength(400);
    });
  });

  it("say so where Redis has come back without the last publications, though others have taken their places", async () => {
    const { server, hosts, a, keep } = await start();
    const { epoch } = await a.from("kept", undefined);
    for (let count = 1; count <= 5; count++) expect(await keep(`old ${count}`)).toBe(count);
    const { prefix } = hosts[0];
    await server.ask("HSET", `${prefix}{0}:hm:kept`, "top", "2");
    await server.ask("XTRIM", `${prefix}{0}:hs:kept`, "MAXLEN", "0");
    await server.ask("DEL", `${prefix}{0}:hs:kept`);
    await server.ask("CLIENT", "KILL", "TYPE", "pubsub");
    await eventually(async () => {
      const page = await a.from("kept", undefined);
      expect(page.epoch).not.toBe(epoch);
    });
    for (let count = 3; count <= 6; count++) expect(await keep(`new ${count}`)).toBe(count);
    expect(await a.from("kept", { epoch, offset: 5 })).toMatchObject({ recovered: false, top: 6 });
  });

  it("have nothing to do with those of another database of the same Redis", async () => {
    const { server, hosts, a, keep } = await start();
    await a.from("kept", undefined);
    const other = await startBus(`${server.url}/1`, hosts[0].prefix);
    const far = await startProcess(setupOf([other.hub]));
    await far.from("kept", undefined);
    expect(await keep("here")).toBe(1);
    const answer = new Promise((done) => {
      far.broker.publish("kept", Buffer.from("there"), (error, offset) => done(error ?? offset), { keeping: KEEPING });
    });
    expect(await answer).toBe(1);
    await eventually(() => expect([a.delivered, far.delivered]).toEqual([["kept here @1"], ["kept there @1"]]));
  });

  it("know that a history is another one where Redis has forgotten it", async () => {
    const { server, a, keep } = await start();
    const { epoch } = await a.from("kept", undefined);
    expect(await keep("1")).toBe(1);
    await server.ask("FLUSHALL");
    const page = await a.from("kept", { epoch, offset: 1 });
    expect(page).toMatchObject({ recovered: false, top: 0, texts: [] });
    expect(page.epoch).not.toBe(epoch);
  });
});
