import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, PLAIN_APP, startCluster, type WorkerStatus } from "./test/cluster.ts";
import { countMoves, ownClients } from "./test/own-clients.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

const ONE = { WORKERS: "1" };
/** By so many connections a worker may be off the mean. */
const FEW = 2;

async function connections(cluster: Cluster): Promise<number[]> {
  return (await cluster.status()).map((worker) => worker.connections);
}

/** Waits until a number of workers serve. */
async function scaled(cluster: Cluster, workers: number): Promise<void> {
  await cluster.post(`/scale?workers=${workers}`);
  await eventually(async () => {
    expect((await cluster.status()).filter(({ state }) => state === "serving")).toHaveLength(workers);
  });
}

describe("connections", () => {
  it("come to new workers until all have as many, hardly any more than once, and no call fails", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ONE });
    const clients = await ownClients(cluster.port, 30);
    const moves = countMoves(clients);
    let over = false;
    const calls = clients.map(async (client) => {
      while (!over) await client.call("test.delay", 20, { attempts: 1 });
    });
    await scaled(cluster, 3);
    await cluster.logged("balancing: done");
    expect(Math.max(...moves)).toBe(1);
    expect(moves.filter((count) => count > 0)).toHaveLength(20);
    // of those who come at once, a busy worker gets fewer: then some move once more, in a while
    await eventually(async () => {
      const counts = await connections(cluster);
      for (const count of counts) expect(Math.abs(count - 10)).toBeLessThanOrEqual(FEW);
      expect([counts[0], counts.reduce((sum, count) => sum + count)]).toEqual([10, 30]);
    });
    over = true;
    await Promise.all(calls);
    expect(moves.filter((count) => count > 0)).toHaveLength(20);
    expect(moves.filter((count) => count > 1).length).toBeLessThanOrEqual(5);
  });

  it("come back to the successor of a worker that died", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    await ownClients(cluster.port, 40);
    const [first] = (await cluster.status()) as [WorkerStatus];
    process.kill(first.pid, "SIGKILL");
    await eventually(async () => {
      const counts = await connections(cluster);
      expect(counts).toHaveLength(2);
      for (const count of counts) expect(Math.abs(count - 20)).toBeLessThanOrEqual(FEW);
    });
  });

  it("that ignore GOAWAY are closed after the limit, and where they do not come back no more are sent away", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: { ...ONE, DRAIN_MS: "300" } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => cluster.connect()));
    let closed = 0;
    for (const client of clients) void client.closed.then(({ code }) => code === 1012 && closed++);
    await scaled(cluster, 2);
    await cluster.logged("balancing: done");
    expect([closed, await connections(cluster)]).toEqual([10, [10, 0]]);
    // all take connections again
    const more: RawClient[] = [];
    // one after the other: of those who come at once, a busy worker gets fewer
    while (more.length < 4) more.push(await cluster.connect());
    const [first = 0, second = 0] = await connections(cluster);
    expect(first + second).toBe(14);
    expect(Math.min(first - 10, second)).toBeGreaterThan(0);
    for (const client of [...clients, ...more]) client.destroy();
  });

  it("whose calls last are left in peace", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: { ...ONE, DRAIN_MS: "300" } });
    const clients = await Promise.all(Array.from({ length: 6 }, () => cluster.connect()));
    const busy = clients.slice(0, 4);
    for (const client of busy) client.send([Kind.CALL, 1, "test.delay", 60_000]);
    await Promise.all(busy.map((client) => client.settled()));
    await scaled(cluster, 2);
    await cluster.logged("balancing: done");
    expect(await connections(cluster)).toEqual([4, 0]);
    for (const client of busy) expect(await client.settled()).toEqual([]);
    for (const client of clients) client.destroy();
  });

  it("are taken all the time while others move", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: ONE });
    await ownClients(cluster.port, 20);
    let over = false;
    const visits = (async () => {
      while (!over) (await cluster.connect()).destroy();
    })();
    await scaled(cluster, 2);
    await cluster.logged("balancing: done");
    over = true;
    await visits;
  });

  it("stay where they are where that is asked for", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: { ...ONE, REBALANCE: "off" } });
    const clients = await ownClients(cluster.port, 10);
    const moves = countMoves(clients);
    await scaled(cluster, 2);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect([await connections(cluster), Math.max(...moves)]).toEqual([[10, 0], 0]);
  });
});
