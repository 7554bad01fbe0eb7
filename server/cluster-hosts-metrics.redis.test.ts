import { expect, it } from "vitest";
import type { Cluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { samplesOf } from "./test/prometheus-parser.ts";
import { startTwoHosts } from "./test/two-hosts.ts";

const CALLS = "fugitive_redis_calls_total";

async function samples(host: Cluster): Promise<Map<string, number>> {
  return samplesOf(await (await host.get("/metrics", host.controlPort)).text());
}

it("a host tells how many hosts there are, whether Redis can be asked, and what became of what it asked", async () => {
  const { redis, one } = await startTwoHosts({ app: `export const app = defineApp({ channels: { "*": {} } });` });
  const client = await one.connect();
  expect(await client.ask([11, 1, "news", 1])).toEqual([5, 1]);
  const before = await samples(one);
  expect(Object.fromEntries(before)).toMatchObject({
    "fugitive_hosts{}": 2,
    "fugitive_redis_up{}": 1,
    "fugitive_redis_connects_total{}": 1,
    [`${CALLS}{outcome="failed"}`]: 0,
    "fugitive_redis_waiting_bytes{}": expect.any(Number),
  });
  expect(before.get("fugitive_redis_batches_total{}")).toBeGreaterThan(1);
  expect(before.get(`${CALLS}{outcome="done"}`)).toBeGreaterThan(1);

  await redis.kill();
  await eventually(async () => expect((await samples(one)).get("fugitive_redis_up{}")).toBe(0));
  expect(await client.ask([11, 2, "news", 2])).toEqual([4, 2, "UNAVAILABLE", expect.any(String)]);
  const away = await samples(one);
  expect(away.get("fugitive_hosts{}")).toBe(2);
  expect(away.get(`${CALLS}{outcome="refused"}`)).toBeGreaterThan(before.get(`${CALLS}{outcome="refused"}`) ?? 0);

  await redis.start();
  await eventually(async () => expect((await samples(one)).get("fugitive_redis_up{}")).toBe(1));
  expect((await samples(one)).get("fugitive_redis_connects_total{}")).toBeGreaterThan(1);
  await redis.ask("CONFIG", "SET", "maxmemory", "1");
  await eventually(async () => {
    expect((await samples(one)).get(`${CALLS}{outcome="failed"}`)).toBeGreaterThan(0);
  });
});
