import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, startCluster, type WorkerStatus } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

/** An application whose code has a version. @param version as a piece of its source */
const app = (version: string) => `
  export const app = defineApp({ procedures: {
    version: () => ${version},
    slowly: (ms) => new Promise((resolve) => setTimeout(resolve, ms, "answered by " + ${version})),
  } });`;

const BROKEN = 'throw new Error("no database today");';
/** For what takes its time on a busy machine. */
const DONE = "rolling restart: done";

async function version(cluster: Cluster): Promise<unknown> {
  const client = await cluster.connect();
  const [, , answer] = (await client.ask([Kind.CALL, 1, "version"])) as unknown[];
  client.destroy();
  return answer;
}

async function pids(cluster: Cluster): Promise<number[]> {
  return (await cluster.status()).map(({ pid }) => pid);
}

async function rolled(cluster: Cluster, count = 1): Promise<void> {
  await cluster.logged(DONE, count);
}

describe("SIGHUP", () => {
  it("replaces all socket workers by ones with the new code, under their numbers", async () => {
    const cluster = await startCluster({ app: app("1") });
    const before = await pids(cluster);
    expect(await version(cluster)).toBe(1);
    cluster.write({ app: app("2") });
    cluster.kill("SIGHUP");
    await rolled(cluster);
    for (let count = 0; count < 4; count++) expect(await version(cluster)).toBe(2);
    const after = await cluster.status();
    expect(after.map(({ worker, state }) => [worker, state])).toEqual([
      [1, "serving"],
      [2, "serving"],
    ]);
    expect(after.filter(({ pid }) => before.includes(pid))).toEqual([]);
    expect(before.filter((pid) => cluster.alive.includes(pid))).toEqual([]);
    expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
    expect(cluster.records.map(({ msg }) => msg).filter((msg) => msg !== "serving")).toEqual([
      "rolling restart: 2 socket workers, one after the other",
      "socket worker 1 is replaced",
      "socket worker 2 is replaced",
      DONE,
    ]);
  });

  it("to all processes, as process groups get it, does the same", async () => {
    const cluster = await startCluster({ app: app("1") });
    cluster.write({ app: app("2") });
    cluster.killGroup("SIGHUP");
    await rolled(cluster);
    expect(await version(cluster)).toBe(2);
    expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
  });

  it("lets calls finish, tells clients to come back at once, and closes those that stay with 1012", async () => {
    const cluster = await startCluster({ app: app("1"), env: { WORKERS: "1" } });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "slowly", 4_000]);
    await client.settled();
    cluster.write({ app: app("2") });
    cluster.kill("SIGHUP");
    const [kind, reason, { reconnectAfterMs }] = (await client.next()) as [
      number,
      string,
      { reconnectAfterMs: number },
    ];
    expect([kind, reason]).toEqual([Kind.GOAWAY, "restart"]);
    expect(reconnectAfterMs).toBeLessThanOrEqual(100);
    // one that has not read that yet is still served
    expect(await client.ask([Kind.CALL, 2, "version"])).toEqual([Kind.RESULT, 2, 1]);
    expect(await version(cluster)).toBe(2);
    const states = (await cluster.status()).map(({ worker, state }) => [worker, state]);
    expect(states).toEqual([
      [1, "draining"],
      [1, "serving"],
    ]);
    expect(await client.next()).toEqual([Kind.RESULT, 1, "answered by 1"]);
    expect((await client.closed).code).toBe(1012);
    await rolled(cluster);
  });

  it("does not wait beyond the limit for a call that takes too long", async () => {
    const cluster = await startCluster({ app: app("1"), env: { WORKERS: "1", DRAIN_MS: "200" } });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "slowly", 60_000]);
    await client.settled();
    cluster.kill("SIGHUP");
    expect((await client.closed).code).toBe(1012);
    await rolled(cluster);
  });

  it("refuses nobody who connects meanwhile, and both ports stay ready", async () => {
    const cluster = await startCluster({ app: app("1"), env: { WORKERS: "1" } });
    let over = false;
    const visits = (async () => {
      const seen = new Set<unknown>();
      while (!over) {
        seen.add(await version(cluster));
        for (const port of [cluster.port, cluster.controlPort]) {
          expect((await cluster.get("/readyz", port)).status).toBe(200);
        }
      }
      return seen;
    })();
    for (let count = 2; count < 5; count++) {
      cluster.write({ app: app(String(count)) });
      cluster.kill("SIGHUP");
      await rolled(cluster, count - 1);
    }
    over = true;
    expect(await visits).toEqual(new Set([1, 2, 3, 4]));
  });

  it("leaves all as it is where the new code cannot start, says why, and tries again at the next", async () => {
    const cluster = await startCluster({ app: app("1") });
    const client = await cluster.connect();
    const before = await pids(cluster);
    cluster.write({ app: BROKEN });
    cluster.kill("SIGHUP");
    const { level } = await cluster.logged(
      "rolling restart: ended, as socket worker 1 cannot serve: no database today; " +
        "the others stay as they are, and the next SIGHUP tries again",
    );
    expect(level).toBe("error");
    expect(await pids(cluster)).toEqual(before);
    expect(await client.ask([Kind.CALL, 1, "version"])).toEqual([Kind.RESULT, 1, 1]);
    client.destroy();
    cluster.write({ app: app("2") });
    cluster.kill("SIGHUP");
    await rolled(cluster);
    expect(await version(cluster)).toBe(2);
  });

  it("during a rolling restart has exactly one more follow, however often it comes", async () => {
    const cluster = await startCluster({ app: app("1"), env: { WORKERS: "1" } });
    cluster.kill("SIGHUP");
    await cluster.logged(/^rolling restart: 1 socket workers/);
    for (let count = 0; count < 5; count++) {
      expect(await (await cluster.post("/reload")).json()).toEqual({ reload: "queued" });
      cluster.kill("SIGHUP");
    }
    cluster.write({ app: app("2") });
    await rolled(cluster, 2);
    expect(await version(cluster)).toBe(2);
    expect(await (await cluster.post("/reload")).json()).toEqual({ reload: "started" });
    await rolled(cluster, 3);
    expect(cluster.records.filter(({ msg }) => msg === "rolling restart: another one follows this one")).toHaveLength(
      1,
    );
    expect(cluster.records.filter(({ msg }) => msg === DONE)).toHaveLength(3);
  });

  it("is for nothing where a single process serves, and ends nothing", async () => {
    const cluster = await startCluster({ app: app("1"), env: { WORKERS: "0", CONTROL_PORT: "off" } });
    cluster.kill("SIGHUP");
    await cluster.logged(/^SIGHUP: one single process has nobody to serve/);
    expect(await version(cluster)).toBe(1);
  });
});

describe("during a rolling restart", () => {
  it("SIGTERM ends everything in order: a replacement that starts, and clients that were told to go or not", async () => {
    const cluster = await startCluster({ app: app("1") });
    const clients = (await Promise.all([1, 2].map(() => cluster.connect()))) as [RawClient, RawClient];
    for (const client of clients) client.send([Kind.CALL, 1, "slowly", 2_000]);
    await Promise.all(clients.map((client) => client.settled()));
    cluster.kill("SIGHUP");
    await cluster.logged("socket worker 1 is replaced");
    cluster.kill("SIGTERM");
    for (const client of clients) {
      const messages: unknown[] = [];
      await eventually(async () => {
        messages.push(await client.next());
        expect(messages).toContainEqual([Kind.RESULT, 1, "answered by 1"]);
      });
      expect((await client.closed).code).toBe(1012);
    }
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    await eventually(() => expect([cluster.alive, cluster.leftovers]).toEqual([[], []]));
    expect(cluster.records.filter(({ level }) => level !== "info")).toEqual([]);
  });

  it("SIGTERM does not wait for a replacement that never serves", async () => {
    const cluster = await startCluster({ app: app("1") });
    cluster.write({ app: `await new Promise((resolve) => setTimeout(resolve, 60_000)); ${app("2")}` });
    cluster.kill("SIGHUP");
    await eventually(async () => expect((await cluster.status()).map(({ state }) => state)).toContain("starting"));
    cluster.kill("SIGTERM");
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    await eventually(() => expect([cluster.alive, cluster.leftovers]).toEqual([[], []]));
  });

  it("the death of the one to be replaced, and of its replacement, leaves as many as there were", async () => {
    const cluster = await startCluster({ app: app("1") });
    const [first] = (await cluster.status()) as [WorkerStatus];
    cluster.write({ app: `await new Promise((resolve) => setTimeout(resolve, 500)); ${app("2")}` });
    cluster.kill("SIGHUP");
    await eventually(async () => expect(await cluster.status()).toHaveLength(3));
    process.kill(first.pid, "SIGKILL");
    const { worker_pid: replacement } = await cluster.logged("socket worker 1 is replaced");
    process.kill(Number(replacement), "SIGKILL");
    await eventually(async () => {
      const workers = await cluster.status();
      expect(workers.map(({ worker, state }) => [worker, state])).toEqual([
        [1, "serving"],
        [2, "serving"],
      ]);
      expect(workers[0]?.pid).not.toBe(replacement);
    });
    const client = await cluster.connect();
    expect(await client.ask([Kind.PING, 1])).toEqual([Kind.PONG, 1]);
    client.destroy();
  });
});
