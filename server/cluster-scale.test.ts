import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, PLAIN_APP, startCluster } from "./test/cluster.ts";
import { ownClients } from "./test/own-clients.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

const ENV = { REBALANCE: "off" };

/** Numbers and states of all socket workers. */
async function states(cluster: Cluster): Promise<[number, string][]> {
  return (await cluster.status()).map(({ worker, state }) => [worker, state]);
}

function serving(...numbers: number[]): [number, string][] {
  return numbers.map((number) => [number, "serving"]);
}

async function scale(cluster: Cluster, workers: number): Promise<unknown> {
  const response = await cluster.post(`/scale?workers=${workers}`);
  expect(response.status).toBe(200);
  return response.json();
}

describe("scaling", () => {
  it("starts workers, and ends those with the highest numbers, while the others go on", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ENV });
    const before = (await cluster.status()).map(({ pid }) => pid);
    expect(await scale(cluster, 4)).toEqual({ before: 2, workers: 4, starting: [3, 4], draining: [] });
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1, 2, 3, 4)));
    expect(await scale(cluster, 1)).toEqual({ before: 4, workers: 1, starting: [], draining: [2, 3, 4] });
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1)));
    expect((await cluster.status())[0]?.pid).toBe(before[0]);
    expect(await scale(cluster, 1)).toEqual({ before: 1, workers: 1, starting: [], draining: [] });
    expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
    cluster.kill("SIGTERM");
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    await eventually(() => expect([cluster.alive, cluster.leftovers]).toEqual([[], []]));
  });

  it("down lets calls finish, and clients go on elsewhere with what they have subscribed to", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ENV });
    const clients = await ownClients(cluster.port, 8);
    const heard = clients.map(() => new Set<unknown>());
    for (const [index, client] of clients.entries()) {
      await client.subscribe("news", (data: unknown) => void heard[index]?.add(data)).ready;
    }
    const calls = clients.map((client) => client.call("test.delay", 1_500, { attempts: 1 }));
    await scale(cluster, 1);
    expect(await Promise.all(calls)).toEqual(clients.map(() => 1_500));
    await eventually(async () => {
      expect((await cluster.status()).map(({ connections }) => connections)).toEqual([8]);
    });
    await eventually(async () => {
      await clients[0]?.publish("news", "all here");
      for (const one of heard) expect(one).toContain("all here");
    });
  });

  it("up again does not wait for one of the same number that still ends", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ENV });
    const clients = (await Promise.all([1, 2].map(() => cluster.connect()))) as [RawClient, RawClient];
    for (const client of clients) client.send([Kind.CALL, 1, "test.delay", 4_500]);
    await Promise.all(clients.map((client) => client.settled()));
    await scale(cluster, 1);
    await scale(cluster, 2);
    await eventually(async () => {
      expect(await states(cluster)).toEqual([
        [1, "serving"],
        [2, "draining"],
        [2, "serving"],
      ]);
    });
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1, 2)));
    for (const client of clients) client.destroy();
  });

  it("that is asked for many times at once ends with what was asked for last", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ENV });
    for (const workers of [4, 1, 3, 2, 4, 1, 3]) void cluster.post(`/scale?workers=${workers}`).catch(() => undefined);
    await Promise.all([5, 1, 4, 2].map((workers) => cluster.post(`/scale?workers=${workers}`)));
    await scale(cluster, 3);
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1, 2, 3)));
    const client = await cluster.connect();
    expect(await client.ask([Kind.PING, 1])).toEqual([Kind.PONG, 1]);
    client.destroy();
    expect(cluster.records.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("down during a rolling restart refuses nobody, even where the one that ends is the one that takes all", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ENV });
    let over = false;
    const visits = (async () => {
      while (!over) (await cluster.connect()).destroy();
    })();
    cluster.kill("SIGHUP");
    await cluster.logged("socket worker 2 is replaced");
    await scale(cluster, 1);
    await cluster.logged("rolling restart: done");
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1)));
    over = true;
    await visits;
  });

  it("during a rolling restart is part of it: what starts has the new code, and what ends is not replaced", async () => {
    const app = (version: number) => `export const app = defineApp({ procedures: { version: () => ${version} } });`;
    const cluster = await startCluster({ app: app(1), env: { ...ENV, WORKERS: "3" } });
    cluster.write({ app: app(2) });
    cluster.kill("SIGHUP");
    await cluster.logged("socket worker 1 is replaced");
    await scale(cluster, 2);
    await scale(cluster, 4);
    await cluster.logged("rolling restart: done");
    await eventually(async () => expect(await states(cluster)).toEqual(serving(1, 2, 3, 4)));
    const clients = await ownClients(cluster.port, 8);
    const versions = await Promise.all(clients.map((client) => client.call("version")));
    expect(new Set(versions)).toEqual(new Set([2]));
  });
});
