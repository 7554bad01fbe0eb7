import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { eventually } from "../../test/patience.ts";
import { gatewayOver } from "../test/both-sides.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});
beforeEach(async () => {
  await redis.ask("FLUSHALL");
});

const { openStreams, openGateway, pending } = gatewayOver(() => redis);

describe("what a back end reads from Redis and does not finish", () => {
  it("is given an event again whose listener failed, and no more when it fails too often", async () => {
    const { streams, open } = openStreams();
    const { gateway, errors } = openGateway({ claimAfterMs: 20, maxDeliveries: 3 });
    const heard: string[] = [];
    gateway.on("message", (_, data) => {
      heard.push(String(data));
      if (data === "bad") throw new Error("no");
      if (heard.filter((text) => text === data).length === 1 && data === "late")
        return Promise.reject(new Error("not yet"));
      return undefined;
    });
    gateway.listen();
    const one = open("1");
    for (const text of ["bad", "late", "good"]) streams.message(one, text, false);
    await eventually(async () => expect(errors.map(({ code }) => code)).toContain("EVENT"));
    await eventually(async () => expect(await pending()).toBe(0));
    expect(heard.slice(0, 3)).toEqual(["bad", "late", "good"]);
    expect(heard.slice(3).sort()).toEqual(["bad", "bad", "late"]);
    expect(errors.map(({ code }) => code).sort()).toEqual(["EVENT", "HANDLER", "HANDLER", "HANDLER", "HANDLER"]);
  });

  it("takes over what a dead consumer left, and each event goes to one of them", async () => {
    const { streams, open } = openStreams();
    const one = open("1");
    await redis.ask("XGROUP", "CREATE", "events", "g", "0", "MKSTREAM");
    await eventually(() => expect(streams.counters().redis?.sent).toBe(1));
    // a consumer that took it, and is not seen again
    await redis.ask("XREADGROUP", "GROUP", "g", "dead", "STREAMS", "events", ">");
    expect(await pending()).toBe(1);
    const heard: string[] = [];
    for (const consumer of ["one", "two"]) {
      const { gateway } = openGateway({ consumer, claimAfterMs: 1_000 });
      gateway.on("open", () => void heard.push("open"));
      gateway.on("message", (_, data) => void heard.push(String(data)));
      gateway.listen();
    }
    streams.message(one, "a", false);
    streams.message(one, "b", false);
    await eventually(() => expect([...heard].sort()).toEqual(["a", "b", "open"]));
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it("does not have an event taken away that it takes long for", async () => {
    const { streams, open } = openStreams();
    const finish: (() => void)[] = [];
    const taken: string[] = [];
    for (const consumer of ["one", "two"]) {
      const { gateway } = openGateway({ consumer, claimAfterMs: 2_000 });
      gateway.on("message", () => {
        taken.push(consumer);
        return new Promise<void>((resolve) => finish.push(resolve));
      });
      gateway.listen();
    }
    streams.message(open("1"), "a", false);
    await eventually(() => expect(taken).toHaveLength(1));
    const claims = async () =>
      Number(/cmdstat_xclaim:calls=(\d+)/.exec(String(await redis.ask("INFO", "commandstats")))?.[1]);
    const before = await claims();
    await eventually(async () => expect(await claims()).toBeGreaterThan(before + 5));
    expect(taken).toHaveLength(1);
    finish[0]?.();
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it("has no more events at a time than it asked for", async () => {
    const { open } = openStreams();
    const { gateway } = openGateway({}, { prefetch: 3, concurrency: 2 });
    const finish: (() => void)[] = [];
    let heard = 0;
    gateway.on("open", () => {
      heard++;
      return new Promise<void>((resolve) => finish.push(resolve));
    });
    gateway.listen();
    for (const id of ["1", "2", "3", "4", "5", "6"]) open(id);
    await eventually(async () => expect([heard, await pending()]).toEqual([2, 3]));
    await eventually(() => {
      for (const end of finish.splice(0)) end();
      expect(heard).toBe(6);
    });
    await eventually(async () => expect(await pending()).toBe(0));
  });
});
