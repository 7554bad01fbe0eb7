import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { follow, publishNumbers } from "./test/followers.ts";
import { eventually } from "./test/patience.ts";
import { shareTwoHosts, startTwoHosts } from "./test/two-hosts.ts";

const APP = `
  export const app = defineApp({
    channels: { "kept:*": { history: { size: 1_000, ttlMs: 60_000 } }, "*": {} },
    procedures: {
      tag: (value, { session }) => session.setTags({ room: value }),
      toRoom: async (text, context) => void (await context.toTagged({ room: "a" }).publish(text)),
    },
  });`;
const sharedHosts = shareTwoHosts({ app: APP });

it("two servers are one: what is published at one comes to the subscribers of both, and history is one", async () => {
  const { one, two } = await sharedHosts();
  const [a, b] = await Promise.all([one.connect(), two.connect({ format: "msgpack" })]);
  const [, , place] = (await a.ask([8, 1, "kept:x"])) as [number, number, { epoch: string; offset: number }];
  expect(place).toEqual({ epoch: expect.any(String), offset: 0 });
  expect(await b.ask([8, 1, "kept:x"])).toEqual([9, 1, place]);
  expect(await b.ask([8, 2, "ro*"])).toEqual([9, 2, {}]);
  a.send([11, null, "kept:x", 1]);
  expect(await a.next()).toEqual([12, "kept:x", 1, { offset: 1 }]);
  expect(await b.next()).toEqual([12, "kept:x", 1, { offset: 1 }]);
  b.send([11, null, "kept:x", 2]);
  expect(await a.next()).toEqual([12, "kept:x", 2, { offset: 2 }]);
  expect(await b.next()).toEqual([12, "kept:x", 2, { offset: 2 }]);
  expect(await a.ask([11, 3, "room", "hi"])).toEqual([5, 3]);
  expect(await b.next()).toEqual([12, "room", "hi", { pattern: "ro*" }]);

  const later = await two.connect();
  later.send([8, 1, "kept:x", { since: { epoch: place.epoch, offset: 1 } }]);
  expect(await later.take(2)).toEqual([
    [9, 1, { epoch: place.epoch, offset: 2, recovered: true }],
    [12, "kept:x", 2, { offset: 2 }],
  ]);
  expect(await later.ask([2, 2, "$history", { channel: "kept:x", limit: 10 }])).toMatchObject([
    3,
    2,
    [
      { data: 1, offset: 1 },
      { data: 2, offset: 2 },
    ],
  ]);
});

it("back ends and procedures reach the connections of both, by their tags", async () => {
  const { one, two } = await sharedHosts();
  const [a, b] = await Promise.all([one.connect(), two.connect()]);
  for (const client of [a, b]) expect(await client.ask([2, 1, "tag", "a"])).toEqual([3, 1]);
  expect(await (await two.post("/send?room=a", "to all")).text()).toBe("2");
  for (const client of [a, b]) expect(await client.next()).toEqual([12, "$direct", "to all"]);
  expect((await a.ask([2, 2, "toRoom", "by one"])) as unknown).toEqual([12, "$direct", "by one"]);
  expect(await b.next()).toEqual([12, "$direct", "by one"]);
  const status = (await one.json("/status")) as { hosts: object[]; connections: { node: string }[] };
  expect(status.connections.map(({ node }) => node).sort()).toEqual(["one", "two"]);
  expect(status.hosts).toMatchObject([
    { node: "one", own: true },
    { node: "two", own: false },
  ]);
  expect(await one.json("/tree")).toMatchObject({ room: ["a"] });
  expect(await (await one.post("/close?room=a")).text()).toBe("2");
  expect([(await a.closed).code, (await b.closed).code]).toEqual([1000, 1000]);
});

it("no acknowledged publication is lost, whatever becomes of servers and of Redis", async () => {
  const { redis, one, two, start } = await startTwoHosts({ app: APP });
  const followers = [...(await follow(one.port, "kept:n", 5)), ...(await follow(two.port, "kept:n", 5))];
  const stop = publishNumbers(two.port, "kept:n", 5);
  await sleep(1_000);
  const port = one.port;
  one.kill("SIGKILL");
  await eventually(() => expect(one.alive).toEqual([]));
  const again = startCluster({ app: APP, env: { PORT: `${port}`, REDIS_URL: redis.url, NODE_NAME: "one" } });
  await sleep(1_000);
  await redis.kill();
  await redis.start();
  await Promise.all([again, start("three")]);
  await sleep(1_000);
  const published = await stop();
  expect(published).toBeGreaterThan(20);
  const all = Array.from({ length: published }, (_, index) => index + 1);
  await eventually(() => {
    for (const { numbers } of followers) expect(numbers.at(-1)).toBe(published);
  });
  for (const { numbers, gaps } of followers) expect({ numbers, gaps }).toEqual({ numbers: all, gaps: [] });
  // the one that was killed counts until it has been silent for some seconds
  await eventually(async () => {
    const { hosts } = (await two.json("/workers")) as { hosts: { node: string }[] };
    expect(hosts.map(({ node }) => node)).toEqual(["one", "three", "two"]);
  });
});

it("clients are told where Redis has forgotten what they may have missed, and go on with the next", async () => {
  const { redis, one, two } = await sharedHosts();
  const followers = [...(await follow(one.port, "kept:n", 2)), ...(await follow(two.port, "kept:n", 2))];
  const publisher = await two.connect();
  expect(await publisher.ask([11, 1, "kept:n", 1])).toEqual([5, 1, { offset: 1 }]);
  await eventually(() => {
    for (const { numbers } of followers) expect(numbers).toEqual([1]);
  });
  await redis.ask("FLUSHALL");
  await redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
  await eventually(() => {
    for (const { gaps } of followers) expect(gaps).toHaveLength(1);
  });
  const answer = await eventually(async () => {
    const told = (await publisher.ask([11, 2, "kept:n", 2])) as [number];
    if (told[0] !== 5) throw new Error(JSON.stringify(told));
    return told;
  });
  expect(answer).toEqual([5, 2, { offset: 1 }]);
  await eventually(() => {
    for (const { numbers } of followers) expect(numbers.at(-1)).toBe(2);
  });
});

it("a server that cannot reach Redis says so, and serves nobody", async () => {
  const starting = startCluster({ app: APP, env: { REDIS_URL: "redis-cluster://127.0.0.1:1/0" } });
  await expect(starting).rejects.toThrow(/REDIS_URL.*no databases/s);
});
