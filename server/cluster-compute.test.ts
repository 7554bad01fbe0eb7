import { getPriority } from "node:os";
import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { startCluster } from "./test/cluster.ts";
import { answers, begin, call, clientPerWorker, HOUR, hosting, nicenessOf, startHeavy } from "./test/heavy-cluster.ts";
import type { RawClient } from "./test/raw-client.ts";

/** How much nicer a compute thread is than the process it is a part of. */
const NICER = 10;

type Whereabouts = [kind: number, id: number, where: { pid: number; thread: number }];

/** Has two tasks run at once, one for each client, and tells where they ran. */
async function whereabouts(clients: readonly RawClient[]) {
  for (const client of clients) client.send([Kind.CALL, 1, "whereabouts", 300]);
  const told = await Promise.all(clients.map((client) => client.next(10_000)));
  return (told as Whereabouts[]).map(([, , where]) => where);
}

describe("the compute host", () => {
  it("is one process, a child of the primary, and works for all socket workers", async () => {
    const cluster = await startHeavy({ COMPUTE_THREADS: "2" });
    const compute = await cluster.compute();
    expect(compute).toMatchObject({ pid: expect.any(Number), restarts: 0, uptime: expect.any(Number), running: 0 });
    const clients = await clientPerWorker(cluster);
    const [one, two] = await whereabouts(clients);
    expect([one?.pid, two?.pid]).toEqual([compute?.pid, compute?.pid]);
    expect(one?.thread).not.toBe(two?.thread);
    expect(await cluster.compute()).toMatchObject({ pid: compute?.pid, threads: 2 });
    expect(await cluster.logged("serving")).toMatchObject({ compute_pid: compute?.pid });
    const workers = (await cluster.status()).map(({ pid }) => pid);
    // each a child of the primary
    expect(new Set(cluster.alive)).toEqual(new Set([cluster.pid, ...workers, compute?.pid]));
    // none of them hands on to tasks what opens its doors
    expect(await call(clients[0], 2, "keys")).toEqual({ result: [] });
  });

  it("has threads that give way, while everything else in all processes is as urgent as ever", async () => {
    const cluster = await startHeavy({ COMPUTE_THREADS: "2" });
    const tasks = await whereabouts(await clientPerWorker(cluster));
    const { pid } = await hosting(cluster, { running: 0 });
    const usual = getPriority();
    const host = nicenessOf(pid);
    expect(host.get(pid)).toBe(usual);
    expect(tasks.map(({ thread }) => host.get(thread))).toEqual([usual + NICER, usual + NICER]);
    const others = [cluster.pid, ...(await cluster.status()).map((worker) => worker.pid)];
    for (const other of others) expect(new Set(nicenessOf(other).values())).toEqual(new Set([usual]));
    expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
  });

  it("does not exist for an application that has no use for it", async () => {
    const app = `export const app = defineApp({ procedures: { echo: (data) => data } });`;
    const cluster = await startCluster({ app });
    const client = await cluster.connect();
    expect(await client.ask([Kind.CALL, 1, "echo", "light"])).toEqual([Kind.RESULT, 1, "light"]);
    expect(await cluster.compute()).toBeUndefined();
    expect(await cluster.logged("serving")).not.toHaveProperty("compute_pid");
    expect(cluster.alive).toHaveLength(3);
    client.destroy();
  });
});

describe("what /workers tells of the compute host", () => {
  it("is what became of all tasks, by procedure", async () => {
    const cluster = await startHeavy({ COMPUTE_QUEUE: "3" });
    const [one, two] = await clientPerWorker(cluster);
    await begin(one, 1, "idle", "first");
    // three wait, and there is no room for two
    for (const id of [2, 3, 4, 5, 6]) one.send([Kind.CALL, id, "quick", "12345"]);
    const [, refused] = await answers(one, [5, 6]);
    expect(refused).toEqual({ error: "OVERLOADED", details: { retryAfterMs: expect.any(Number) } });
    expect(await cluster.compute()).toMatchObject({
      threads: 1,
      queued: 3,
      queuedBytes: 3 * (1 + "12345".length),
      running: 1,
      procedures: {
        idle: { queued: 0, running: 1, wait: { count: 1 }, run: { count: 0 } },
        quick: { queued: 3, running: 0, refused: 2, wait: { count: 0 }, run: { count: 0 } },
      },
    });
    // one that waits, and then the one that runs
    one.send([Kind.CANCEL, 3]);
    one.send([Kind.CANCEL, 1]);
    await answers(one, [1, 2, 3, 4]);
    // from the other worker, and so that there is always room
    expect(await call(two, 1, "quick", 5)).toEqual({ result: 5 });
    expect(await call(two, 2, "fail")).toEqual({ error: "INTERNAL" });
    expect(await call(two, 3, "die")).toEqual({ error: "INTERNAL" });
    // ended by force, which is over when the next one runs
    await begin(two, 4, "deaf", HOUR);
    two.send([Kind.CANCEL, 4]);
    two.send([Kind.CALL, 5, "quick", 5]);
    expect(await answers(two, [4, 5])).toEqual([{ error: "CANCELLED" }, { result: 5 }]);

    const { procedures, ...compute } = await hosting(cluster, { queued: 0, running: 0 });
    expect(compute).toMatchObject({ restarts: 0, threadRestarts: 2, queuedBytes: 0 });
    const counts = Object.entries(procedures ?? {}).map(([name, { wait, run, ...rest }]) => [
      name,
      { ...rest, waited: wait.count, ran: run.count },
    ]);
    const nothing = { queued: 0, running: 0, done: 0, failed: 0, crashed: 0, refused: 0, cancelled: 0 };
    expect(Object.fromEntries(counts)).toMatchObject({
      idle: { ...nothing, cancelled: 1, waited: 1, ran: 1 },
      quick: { ...nothing, done: 4, refused: 2, cancelled: 1, waited: 4, ran: 4 },
      fail: { ...nothing, failed: 1, waited: 1, ran: 1 },
      die: { ...nothing, crashed: 1, waited: 1, ran: 1 },
      deaf: { ...nothing, cancelled: 1, waited: 1, ran: 1 },
      spin: { ...nothing, waited: 0, ran: 0 },
    });
    for (const { wait, run } of Object.values(procedures ?? {})) {
      for (const { buckets, count } of [wait, run]) expect(buckets.at(-1)).toEqual({ le: "+Inf", count });
    }
  });
});
