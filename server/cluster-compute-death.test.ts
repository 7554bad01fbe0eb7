import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import type { Cluster } from "./test/cluster.ts";
import { answers, begin, call, clientPerWorker, HOUR, hosting, startHeavy } from "./test/heavy-cluster.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

const LOST = { error: "UNAVAILABLE", details: { retryAfterMs: expect.any(Number) } };

/** Kills the compute host that runs, and tells its process. */
async function killHost(cluster: Cluster): Promise<number> {
  const { pid } = await hosting(cluster, { threads: expect.any(Number) });
  process.kill(pid, "SIGKILL");
  return pid;
}

/** Calls and publishes without pause, from one socket worker to the other. @returns ends that, and tells how it went */
function talk([one, other]: readonly [RawClient, RawClient]) {
  const rounds: number[] = [];
  let stopped = false;
  const round = async (count: number) => {
    expect(await call(one, count, "echo", count)).toEqual({ result: count });
    other.send([Kind.PUBLISH, null, "news", count]);
    expect(await one.next()).toEqual([Kind.EVENT, "news", count]);
  };
  const talking = (async () => {
    expect(await one.ask([Kind.SUBSCRIBE, 0, "news"])).toMatchObject([Kind.SUBSCRIBED, 0, {}]);
    for (let count = 1; !stopped; count++) {
      const started = performance.now();
      await round(count);
      rounds.push(performance.now() - started);
    }
  })();
  talking.catch(() => undefined); // until it is asked
  return async () => {
    stopped = true;
    await talking;
    return { rounds: rounds.length, longestMs: Math.max(...rounds) };
  };
}

describe("a compute host that is killed in the middle of its work", () => {
  it("costs a call that runs or waits there its result, and is back at once for those that come then", async () => {
    const cluster = await startHeavy({ COMPUTE_THREADS: "2" });
    const [one, two] = await clientPerWorker(cluster);
    for (const client of [one, two]) await begin(client, 1, "deaf", HOUR);
    for (const client of [one, two]) client.send([Kind.CALL, 2, "quick", "waits"]);
    await hosting(cluster, { running: 2, queued: 2 });
    const stopTalking = talk(await clientPerWorker(cluster));
    const killed = await killHost(cluster);
    const started = performance.now();
    for (const client of [one, two]) {
      expect(await answers(client, [1, 2])).toEqual([LOST, LOST]);
      // its socket worker knows by now, and keeps this until there is somebody to send it to
      client.send([Kind.CALL, 3, "quick", "afterwards"]);
    }
    for (const client of [one, two]) expect(await answers(client, [3])).toEqual([{ result: "afterwards" }]);
    expect(performance.now() - started).toBeLessThan(2_000);
    const { rounds, longestMs } = await stopTalking();
    expect(rounds).toBeGreaterThan(10);
    expect(longestMs).toBeLessThan(1_000);
    const status = await cluster.compute();
    expect(status).toMatchObject({ restarts: 1, threads: expect.any(Number) });
    expect(status?.pid).not.toBe(killed);
    await cluster.logged("the compute host died (signal SIGKILL); replacing it in 100 ms");
  });

  it("costs an idempotent one time only: it runs once more, wherever it was", async () => {
    const cluster = await startHeavy();
    const [one, two] = await clientPerWorker(cluster);
    const { pid } = await hosting(cluster, { running: 0 });
    one.send([Kind.CALL, 1, "whereabouts.again", 1_000]);
    await hosting(cluster, { running: 1 });
    two.send([Kind.CALL, 1, "quick.again", "waits"]);
    await hosting(cluster, { queued: 1 });
    await killHost(cluster);
    // not even known to be lost
    two.send([Kind.CALL, 2, "quick.again", "at once"]);
    expect(await answers(two, [1, 2])).toEqual([{ result: "waits" }, { result: "at once" }]);
    const [answer] = await answers(one, [1]);
    const { pid: successor } = await hosting(cluster, { running: 0 });
    expect(successor).not.toBe(pid);
    expect(answer).toEqual({ result: { pid: successor, thread: expect.any(Number) } });
  });

  it("costs an idempotent one its result where it happens twice, or where a part of it was told already", async () => {
    const cluster = await startHeavy({ COMPUTE_THREADS: "2" });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "whereabouts.again", 60_000]);
    await begin(client, 2, "deaf.again", HOUR);
    await hosting(cluster, { running: 2 });
    await killHost(cluster);
    expect(await answers(client, [2])).toEqual([LOST]);
    await hosting(cluster, { restarts: 1, running: 1 });
    await killHost(cluster);
    expect(await answers(client, [1])).toEqual([LOST]);
    client.destroy();
  });

  it("runs nothing later that was cancelled, or whose time ran out, while it was away", async () => {
    const cluster = await startHeavy();
    const client = await cluster.connect();
    await begin(client, 1, "deaf", HOUR);
    await killHost(cluster);
    expect(await answers(client, [1])).toEqual([LOST]);
    client.send([Kind.CALL, 2, "note", "cancelled"]);
    client.send([Kind.CANCEL, 2]);
    client.send([Kind.CALL, 3, "note", "late", { timeoutMs: 1 }]);
    client.send([Kind.CALL, 4, "note", "patient"]);
    const ends = [{ error: "CANCELLED" }, { error: "TIMEOUT" }, { result: "patient" }];
    expect(await answers(client, [2, 3, 4])).toEqual(ends);
    expect(await call(client, 5, "notes")).toEqual({ result: ["patient"] });
    client.destroy();
  });

  it("is back ever later while that happens again and again, and works as before in the end", async () => {
    const cluster = await startHeavy();
    const client = await cluster.connect();
    const killed = new Set<number>();
    for (let count = 0; count < 3; count++) {
      await hosting(cluster, { restarts: count });
      killed.add(await killHost(cluster));
      await cluster.logged(/^the compute host died/, count + 1);
    }
    expect(killed.size).toBe(3);
    const deaths = cluster.records.filter(({ msg }) => /^the compute host died/.test(msg)).map(({ msg }) => msg);
    expect(deaths).toEqual(
      [100, 200, 400].map((ms) => `the compute host died (signal SIGKILL); replacing it in ${ms} ms`),
    );
    expect(await call(client, 1, "quick", "still")).toEqual({ result: "still" });
    expect(await cluster.compute()).toMatchObject({ restarts: 3 });
    // an end does not wait for the next attempt
    await killHost(cluster);
    await cluster.logged(/^the compute host died/, 4);
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(1_500);
    await eventually(() => expect(cluster.alive).toEqual([]));
    expect(cluster.leftovers).toEqual([]);
  });
});

describe("a compute host that hangs", () => {
  it("costs calls their time and nothing else, is reported as silent, and works again when it goes on", async () => {
    const cluster = await startHeavy();
    const [one, two] = await clientPerWorker(cluster);
    const { pid } = await hosting(cluster, { running: 0 });
    process.kill(pid, "SIGSTOP");
    one.send([Kind.CALL, 1, "quick", "late", { timeoutMs: 300 }]);
    expect(await answers(one, [1])).toEqual([{ error: "TIMEOUT" }]);
    const stopTalking = talk([one, two]);
    expect(await cluster.compute()).toEqual({ pid, restarts: 0, uptime: expect.any(Number), silent: true });
    const { rounds, longestMs } = await stopTalking();
    expect(rounds).toBeGreaterThan(10);
    expect(longestMs).toBeLessThan(1_000);
    one.send([Kind.CALL, 1, "quick", "patient"]);
    two.send([Kind.CALL, 1, "quick", "patient"]);
    process.kill(pid, "SIGCONT");
    expect(await answers(one, [1])).toEqual([{ result: "patient" }]);
    expect(await answers(two, [1])).toEqual([{ result: "patient" }]);
    const { procedures } = await hosting(cluster, { queued: 0, running: 0, restarts: 0 });
    expect(procedures?.quick?.wait.count).toBeLessThanOrEqual(3);
  });
});
