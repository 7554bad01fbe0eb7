import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createConnection } from "node:net";
import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, PLAIN_APP, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { openFiles } from "./test/processes.ts";
import type { RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
/** Number of the worker that a client is connected to. */
async function workerOf(client: RawClient): Promise<number> {
  const [, { worker }] = (await client.ask([Kind.HELLO, {}])) as [number, { worker: number }];
  return worker;
}

async function connectMany(cluster: Cluster, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) clients.push(await cluster.connect());
  return clients;
}

async function connectionsPerWorker(cluster: Cluster): Promise<number[]> {
  return (await cluster.status()).map(({ connections }) => connections);
}

describe("connections", () => {
  it("are dealt to the workers in turn", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const clients = await connectMany(cluster, 20);
    const workers = await Promise.all(clients.map(workerOf));
    expect(new Set(workers)).toEqual(new Set([1, 2]));
    expect(workers.every((worker, index) => worker === workers[index % 2])).toBe(true);
    expect(await connectionsPerWorker(cluster)).toEqual([10, 10]);
    for (const client of clients) client.destroy();
    await eventually(async () => expect(await connectionsPerWorker(cluster)).toEqual([0, 0]));
  });

  it("are spread by the kernel where it is asked to, and messages go from worker to worker as well", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: { BALANCE: "kernel" } });
    const clients: RawClient[] = [];
    const workers = new Set<number>();
    // the kernel's choice is by chance: that all of a hundred fall to the same one will not happen
    while (workers.size < 2 && clients.length < 100) {
      const client = await cluster.connect();
      workers.add(await workerOf(client));
      clients.push(client);
    }
    expect(workers).toEqual(new Set([1, 2]));
    const last = clients.at(-1) as RawClient;
    const first = clients[0] as RawClient;
    await first.ask([Kind.SUBSCRIBE, 1, "c"]);
    await last.ask([Kind.PUBLISH, 1, "c", "hello"]);
    expect(await first.next()).toEqual([Kind.EVENT, "c", "hello"]);
    for (const client of clients) client.destroy();
  });

  it("go to another where a worker can open no more files, and come to it again when it can", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    await connectMany(cluster, 4);
    const [full] = await cluster.status();
    const pid = full?.pid as number;
    const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    let limit = 0;
    while (open.has(limit)) limit++;
    execFileSync("prlimit", ["--pid", `${pid}`, `--nofile=${limit}:`]);
    const others = await connectMany(cluster, 4);
    expect(new Set(await Promise.all(others.map(workerOf)))).toEqual(new Set([2]));
    execFileSync("prlimit", ["--pid", `${pid}`, "--nofile=1024:"]);
    await eventually(async () => expect(await workerOf(await cluster.connect())).toBe(1));
  });

  it("on their way to a worker that dies end at once, and leave no descriptor behind", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    await connectMany(cluster, 2);
    const before = openFiles(cluster.pid);
    const [victim] = await cluster.status();
    const pid = victim?.pid as number;
    // it takes nothing from now on
    process.kill(pid, "SIGSTOP");
    const sockets = Array.from({ length: 6 }, () => createConnection(cluster.port, "127.0.0.1"));
    const closed: unknown[] = [];
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.on("close", () => closed.push(socket));
      socket.resume();
    }
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    // the other five, and whoever comes later, are the other worker's
    await eventually(async () => expect((await cluster.connect()).subprotocol).toBeDefined());
    process.kill(pid, "SIGKILL");
    await eventually(() => expect(closed).toHaveLength(1));
    for (const socket of sockets) socket.destroy();
    await eventually(() => expect(openFiles(cluster.pid)).toBeLessThanOrEqual(before));
  });

  it("of two thousand clients leave no descriptor behind, however they end", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const count = () => Object.fromEntries(cluster.alive.map((pid) => [pid, openFiles(pid)]));
    await cluster.get("/healthz");
    const before = count();
    const ends = [
      async () => void (await (await cluster.connect()).close()),
      async () => (await cluster.connect()).destroy(),
      async () => void (await (await cluster.get("/readyz")).text()),
      // gone before anybody has read a byte
      async () => {
        const socket = createConnection(cluster.port, "127.0.0.1");
        await once(socket, "connect");
        socket.resetAndDestroy();
      },
    ];
    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 40 }, (_, index) => ends[index % ends.length]?.()));
    }
    await eventually(async () => {
      expect(await connectionsPerWorker(cluster)).toEqual([0, 0]);
      for (const [pid, files] of Object.entries(count())) {
        // the keep-alive connections of this process's own `fetch` may be there, or not
        expect(files).toBeLessThanOrEqual((before[pid] ?? 0) + 40);
      }
    });
  });
});

describe("publications", () => {
  it("of twenty connections to two workers reach all twenty, once each, in one order for all", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const clients = await connectMany(cluster, 20);
    await Promise.all(clients.map((client) => client.ask([Kind.SUBSCRIBE, 1, "busy"])));
    for (let turn = 0; turn < 10; turn++) {
      for (const [who, client] of clients.entries()) client.send([Kind.PUBLISH, null, "busy", `${who}-${turn}`]);
    }
    const received = await Promise.all(clients.map((client) => client.take(200)));
    const [expected] = received as [unknown[]];
    expect(new Set(expected.map((event) => (event as unknown[])[2])).size).toBe(200);
    for (const events of received) expect(events).toEqual(expected);
    // nothing comes twice
    expect((await Promise.all(clients.map((client) => client.settled()))).flat()).toEqual([]);
    for (const client of clients) client.destroy();
  });
});
