import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import type { WorkerStatus } from "./test/cluster.ts";
import { answers, begin, call, clientPerWorker, HOUR, hosting, startHeavy } from "./test/heavy-cluster.ts";

const CANCELLED = { error: "CANCELLED" };

/** So many numbers, from the first one on. */
const numbers = (count: number, first = 1) => Array.from({ length: count }, (_, index) => first + index);

describe("a socket worker that is killed", () => {
  it("takes the tasks with it that its clients wait for, and no others", async () => {
    const cluster = await startHeavy();
    const [doomed, other] = await clientPerWorker(cluster);
    const [worker] = (await cluster.status()) as [WorkerStatus];
    await begin(doomed, 1, "idle", "doomed");
    for (const id of [2, 3, 4]) doomed.send([Kind.CALL, id, "note", `doomed ${id}`]);
    other.send([Kind.CALL, 1, "note", "other"]);
    await hosting(cluster, { queued: 4 });
    process.kill(worker.pid, "SIGKILL");
    expect(await answers(other, [1])).toEqual([{ result: "other" }]);
    // all of it on one thread, which did not have to be ended
    expect(await call(other, 2, "notes")).toEqual({ result: ["doomed began", "doomed was aborted", "other"] });
    expect(await hosting(cluster, { queued: 0, running: 0 })).toMatchObject({
      restarts: 0,
      threadRestarts: 0,
      procedures: {
        idle: { cancelled: 1, done: 0 },
        note: { cancelled: 3, done: 1, wait: { count: 1 } },
      },
    });
    // its successor finds the same compute host
    await cluster.logged(/^a socket worker died/);
    const [, successor] = await clientPerWorker(cluster);
    expect(await call(successor, 1, "quick", "again")).toEqual({ result: "again" });
  });

  it.each([
    ["a loop that does not look", "deaf", 1],
    ["waiting for a client that does not read", "flood", 0],
  ] as const)("gives its share of the threads back at once, even in %s", async (_, task, threadRestarts) => {
    const cluster = await startHeavy();
    const [doomed, other] = await clientPerWorker(cluster);
    const [worker] = (await cluster.status()) as [WorkerStatus];
    await begin(doomed, 1, task, HOUR);
    doomed.socket.pause();
    const started = performance.now();
    process.kill(worker.pid, "SIGKILL");
    expect(await call(other, 1, "quick", "free")).toEqual({ result: "free" });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await cluster.compute()).toMatchObject({ restarts: 0, threadRestarts });
  });
});

describe("one thread, with one long task on it that does not listen and forty that wait", () => {
  it("is there for a short one within two seconds when all of them are cancelled", async () => {
    const cluster = await startHeavy();
    const client = await cluster.connect();
    const ids = numbers(41);
    await begin(client, 1, "deaf", 20_000);
    for (const id of numbers(40, 2)) client.send([Kind.CALL, id, "deaf", 20_000]);
    await hosting(cluster, { running: 1, queued: 40 });
    const started = performance.now();
    for (const id of ids) client.send([Kind.CANCEL, id]);
    expect(await answers(client, ids)).toEqual(ids.map(() => CANCELLED));
    expect(await call(client, 99, "quick", "short")).toEqual({ result: "short" });
    expect(performance.now() - started).toBeLessThan(2_000);
    const { procedures } = await hosting(cluster, { queued: 0, running: 0, restarts: 0, threadRestarts: 1 });
    expect(procedures?.deaf).toMatchObject({ cancelled: 41, wait: { count: 1 }, run: { count: 1 } });
    client.destroy();
  });

  it("is so as well where the one who asked for them just leaves", async () => {
    const cluster = await startHeavy();
    const [leaver, other] = await clientPerWorker(cluster);
    await begin(leaver, 1, "deaf", 20_000);
    for (const id of numbers(40, 2)) leaver.send([Kind.CALL, id, "deaf", 20_000]);
    await hosting(cluster, { running: 1, queued: 40 });
    const started = performance.now();
    leaver.destroy();
    expect(await call(other, 1, "quick", "short")).toEqual({ result: "short" });
    expect(performance.now() - started).toBeLessThan(2_000);
    await hosting(cluster, { queued: 0, running: 0, threadRestarts: 1 });
  });
});

describe("a greedy connection", () => {
  it.each([
    ["of the same socket worker", 0],
    ["of another socket worker", 1],
  ] as const)("with hundreds of tasks that wait keeps one %s waiting for two of them at most", async (_, which) => {
    const cluster = await startHeavy();
    const greedy = (await clientPerWorker(cluster))[0];
    const modest = (await clientPerWorker(cluster))[which];
    await begin(greedy, 0, "idle", "gate");
    for (const id of numbers(500)) greedy.send([Kind.CALL, id, "note", "greedy"]);
    await hosting(cluster, { queued: 500 });
    modest.send([Kind.CALL, 1, "notes"]);
    await hosting(cluster, { queued: 501 });
    greedy.send([Kind.CANCEL, 0]);
    const [{ result: before }] = (await answers(modest, [1])) as [{ result: string[] }];
    expect(before.slice(0, 2)).toEqual(["gate began", "gate was aborted"]);
    expect(before.length).toBeLessThanOrEqual(4);
    // nothing of the others is lost by that
    expect(await answers(greedy, numbers(500))).toEqual(Array(500).fill({ result: "greedy" }));
  });
});
