import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { eventually, LIMIT_MS } from "../test/patience.ts";
import { StateMirror, type StateMirrorOptions } from "./state-mirror.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  return () => redis.end();
});
beforeEach(async () => {
  await redis.ask("FLUSHALL");
});

function open(options: Partial<StateMirrorOptions> = {}) {
  const log = { warn: vi.fn(), info: vi.fn() };
  const mirror = new StateMirror({ url: redis.url, ...options }, log);
  onTestFinished(() => mirror.close(0));
  return { mirror, log };
}

function connection(id: string, tags: Record<string, string> = {}) {
  return { id, path: { path: "/chat" }, tags };
}

async function hash(id: string): Promise<Record<string, string>> {
  const answer = (await redis.ask("HGETALL", `connection:${id}`)) as Record<string, Buffer>;
  const { since, ...fields } = Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]));
  if (since !== undefined) expect(Math.abs(Number(since) - Date.now())).toBeLessThan(10 * LIMIT_MS);
  return fields;
}

async function ids(): Promise<string[]> {
  return ((await redis.ask("KEYS", "*")) as Buffer[]).map((key) => String(key).replace("connection:", "")).sort();
}

it("a connection has a hash, with its tags as they are, until it closes", async () => {
  const { mirror } = open();
  const one = connection("1", { group: "blue", n: "5" });
  mirror.opened(one);
  await eventually(async () => expect(await hash("1")).toEqual({ path: "/chat", "tag.group": "blue", "tag.n": "5" }));
  one.tags = { group: "red", __proto__x: "y" };
  mirror.tagged("1");
  await eventually(async () =>
    expect(await hash("1")).toEqual({ path: "/chat", "tag.group": "red", "tag.__proto__x": "y" }),
  );
  expect(await redis.ask("TTL", "connection:1")).toBeGreaterThan(50);
  mirror.closed("1");
  await eventually(async () => expect(await ids()).toEqual([]));
});

it("many connections are there, and those that close at once are not", async () => {
  const { mirror } = open();
  mirror.opened(connection("0"));
  await eventually(async () => expect(await ids()).toEqual(["0"]));
  for (let id = 1; id < 2_000; id++) mirror.opened(connection(String(id)));
  for (let id = 0; id < 1_990; id++) mirror.closed(String(id));
  await mirror.close(LIMIT_MS);
  expect(await ids()).toEqual(["1990", "1991", "1992", "1993", "1994", "1995", "1996", "1997", "1998", "1999"]);
});

it("hashes stay for as long as their process does, and are made again where somebody has deleted them", async () => {
  const { mirror } = open({ expireSeconds: 3 });
  for (const id of ["1", "2", "3"]) mirror.opened(connection(id));
  await eventually(async () => expect(await ids()).toEqual(["1", "2", "3"]));
  await redis.ask("DEL", "connection:2");
  await eventually(async () => expect(await ids()).toEqual(["1", "2", "3"]));
  // without a refresh each of them would be gone after three seconds
  const told = async () =>
    Number(/cmdstat_expire:calls=(\d+)/.exec(String(await redis.ask("INFO", "commandstats")))?.[1]);
  const before = await told();
  await eventually(async () => expect(await told()).toBeGreaterThan(before + 12));
  expect(await ids()).toEqual(["1", "2", "3"]);
  await mirror.close(0);
  await eventually(async () => expect(await ids()).toEqual([]));
});

it("after an outage all is as it is then", async () => {
  const { mirror, log } = open({ expireSeconds: 3_600 });
  const kept = connection("kept", { a: "1" });
  mirror.opened(kept);
  mirror.opened(connection("left"));
  await eventually(async () => expect(await ids()).toEqual(["kept", "left"]));
  await redis.kill();
  await eventually(() => expect(log.warn).toHaveBeenCalledTimes(1));
  kept.tags = { b: "2" };
  mirror.tagged("kept");
  mirror.closed("left");
  mirror.opened(connection("came"));
  mirror.opened(connection("gone"));
  mirror.closed("gone");
  await redis.start();
  await eventually(async () => expect(await ids()).toEqual(["came", "kept", "left"]));
  expect(await hash("kept")).toEqual({ path: "/chat", "tag.b": "2" });
  // who has left is not deleted, but nobody refreshes it either
  expect(await redis.ask("TTL", "connection:left")).toBeGreaterThan(0);
});
