import { expect, it } from "vitest";
import { type Placed, place } from "./sessions/test/workers.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { samplesOf } from "./test/prometheus-parser.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `
  export const app = defineApp({
    procedures: {
      add: ({ x, y }) => x + y,
      later: async (value) => value,
      fail: (code) => { throw new AppError(code, "on purpose"); },
      broken: () => { throw new TypeError("by mistake"); },
      items: function* (to) { for (let n = 0; n < to; n++) yield n; },
      stop: () => { for (;;); },
    },
    channels: { "*": {} },
  });`;

async function scrape(cluster: Cluster): Promise<Map<string, number>> {
  const response = await cluster.get("/metrics", cluster.controlPort);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return samplesOf(await response.text());
}

/** A client at each of the two workers. */
async function placeBoth(cluster: Cluster): Promise<[Placed, Placed]> {
  const first = await place(cluster);
  return [first, await place(cluster, { not: first.pid })];
}

const calls = (procedure: string, code: string) => `fugitive_calls_total{code="${code}",procedure="${procedure}"}`;

it("what clients do at two workers is counted once, and told as one", async () => {
  const cluster = await startCluster({ app: APP });
  const before = await scrape(cluster);
  expect([1, 2].map((worker) => before.get(`fugitive_worker_up{worker="${worker}"}`))).toEqual([1, 1]);
  const both = await placeBoth(cluster);
  let id = 100;
  for (const [index, { client }] of both.entries()) {
    const asked = index === 0 ? 3 : 4;
    for (let call = 0; call < asked; call++) await client.ask([2, id++, "add", { x: 1, y: 2 }]);
    await client.ask([2, id++, "later", "x"]);
    await client.ask([2, id++, "fail", "NO_MONEY"]);
    await client.ask([2, id++, "broken"]);
    await client.ask([2, id++, `nothing ${id}`]);
    await client.ask([8, id++, "news"]);
  }
  const batch = Array.from({ length: 16 }, (_, call) => [2, 1_000 + call, "add", { x: call, y: 1 }]);
  both[0].client.send(batch as never);
  await both[0].client.take(16);
  both[0].client.send([2, 2_000, "items", 3]);
  await both[0].client.take(4);
  both[0].client.send([11, null, "news", "hello"]);
  for (const { client } of both) expect(await client.next()).toEqual([12, "news", "hello"]);
  const told = await scrape(cluster);
  expect(Object.fromEntries(told)).toMatchObject({
    [calls("add", "ok")]: 3 + 4 + 16,
    [calls("later", "ok")]: 2,
    [calls("fail", "NO_MONEY")]: 2,
    [calls("fail", "ok")]: 0,
    [calls("broken", "INTERNAL")]: 2,
    [calls("items", "ok")]: 1,
    'fugitive_calls_total{code="NOT_FOUND"}': 2,
    'fugitive_call_duration_seconds_count{procedure="add"}': 3 + 4 + 16,
    'fugitive_call_duration_seconds_count{procedure="later"}': 2,
    'fugitive_call_duration_seconds_count{procedure="items"}': 1,
    'fugitive_messages_total{direction="out",kind="EVENT"}': 2,
    'fugitive_messages_total{direction="out",kind="CHUNK"}': 3,
    'fugitive_messages_total{direction="in",kind="SUBSCRIBE"}': 2,
    'fugitive_messages_total{direction="in",kind="PUBLISH"}': 1,
    "fugitive_publications_total{}": 1,
    "fugitive_publications_received_total{}": 2,
    "fugitive_deliveries_total{}": 2,
    'fugitive_subscriptions{worker="1"}': 1,
    'fugitive_subscriptions{worker="2"}': 1,
    'fugitive_workers{state="serving"}': 2,
  });
  const sum = (series: string) => [1, 2].map((worker) => told.get(`${series}{worker="${worker}"}`) ?? Number.NaN);
  const open = sum("fugitive_connections");
  const opened = told.get("fugitive_connections_opened_total{}") ?? Number.NaN;
  const closed = [...told].filter(([series]) => series.startsWith("fugitive_connections_closed_total{"));
  expect(opened - closed.reduce((total, [, count]) => total + count, 0)).toBe((open[0] ?? 0) + (open[1] ?? 0));
  expect(Math.min(...open)).toBeGreaterThanOrEqual(1);
  expect(told.get('fugitive_message_bytes_total{direction="in"}')).toBeGreaterThan(500);
  for (const process of ['process="primary"', 'process="worker",worker="1"', 'process="worker",worker="2"']) {
    expect(told.get(`fugitive_resident_memory_bytes{${process}}`)).toBeGreaterThan(10_000_000);
    expect(told.get(`fugitive_cpu_seconds_total{${process}}`)).toBeGreaterThan(0);
  }
});

it("totals do not fall when a worker is killed, and its successor counts on", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [one, other] = await placeBoth(cluster);
  for (const [at, { client }] of [one, other].entries()) await client.ask([2, 500 + at, "add", { x: 1, y: 1 }]);
  const before = await scrape(cluster);
  process.kill(one.pid, "SIGKILL");
  await one.client.closed;
  const falling = (after: ReadonlyMap<string, number>) =>
    [...before].filter(([series, count]) => {
      const never = /^fugitive_\w+?_(?:total|bucket|count|sum)\{/.test(series);
      return never && (after.get(series) ?? 0) < count;
    });
  // while it is dead, and when there is another
  expect(falling(await scrape(cluster))).toEqual([]);
  const after = await eventually(async () => {
    const told = await scrape(cluster);
    expect(told.get('fugitive_workers{state="serving"}')).toBe(2);
    expect([1, 2].map((worker) => told.get(`fugitive_worker_up{worker="${worker}"}`))).toEqual([1, 1]);
    return told;
  });
  expect(falling(after)).toEqual([]);
  expect(after.get("fugitive_worker_deaths_total{}")).toBe(1);
  const successor = await place(cluster, { not: other.pid });
  await successor.client.ask([2, 600, "add", { x: 1, y: 1 }]);
  const last = await scrape(cluster);
  expect(falling(last)).toEqual([]);
  expect(last.get(calls("add", "ok"))).toBe((before.get(calls("add", "ok")) ?? 0) + 1);
});

it("a worker that does not answer is told of, and what it had counted is told all the same", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [one] = await placeBoth(cluster);
  await one.client.ask([2, 500, "add", { x: 1, y: 1 }]);
  const before = await scrape(cluster);
  const { worker = 0 } = (await cluster.status()).find(({ pid }) => pid === one.pid) ?? {};
  one.client.send([2, 501, "stop"]);
  const told = await eventually(async () => {
    const now = await scrape(cluster);
    expect(now.get(`fugitive_worker_up{worker="${worker}"}`)).toBe(0);
    return now;
  });
  expect(told.get(`fugitive_worker_up{worker="${3 - worker}"}`)).toBe(1);
  expect(told.get(calls("add", "ok"))).toBe(before.get(calls("add", "ok")));
  expect(told.has(`fugitive_connections{worker="${worker}"}`)).toBe(false);
});
