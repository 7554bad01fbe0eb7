import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, launchCluster } from "./test/cluster.ts";
import {
  answers,
  begin,
  clientPerWorker,
  HEAVY_APP,
  HEAVY_FILES,
  HOUR,
  hosting,
  startHeavy,
} from "./test/heavy-cluster.ts";
import { eventually } from "./test/patience.ts";

const NOTHING_LEFT = { alive: [], leftovers: [] };

/** What is left of a cluster once all its processes had time to end. */
async function remains(cluster: Cluster) {
  await eventually(() => expect(cluster.alive).toEqual([]));
  const { alive, leftovers } = cluster;
  return { alive, leftovers };
}

const ENDLESS = [
  ["an endless loop", "deaf"],
  ["what cannot be interrupted", "native"],
] as const;

/** A cluster, one of whose threads does something that it does not stop doing. */
async function busyWith(task: "deaf" | "native", env: Readonly<Record<string, string>> = {}) {
  const cluster = await startHeavy(env);
  const client = await cluster.connect();
  await begin(client, 1, task, HOUR);
  return { cluster, client };
}

describe.each([
  ["SIGTERM", (cluster: Cluster) => cluster.kill("SIGTERM")],
  ["SIGTERM to all its processes", (cluster: Cluster) => cluster.killGroup("SIGTERM")],
  ["Ctrl-C", (cluster: Cluster) => cluster.killGroup("SIGINT")],
])("at %s", (_, end) => {
  it("calls that run on a thread or wait for one are answered, and then nothing is left", async () => {
    const cluster = await startHeavy();
    const [one, two] = await clientPerWorker(cluster);
    one.send([Kind.CALL, 1, "spin", 400]);
    await hosting(cluster, { running: 1 });
    two.send([Kind.CALL, 1, "spin", 100]);
    one.send([Kind.CALL, 2, "quick", "waits"]);
    await Promise.all([one.reached(), two.reached()]);
    end(cluster);
    expect(await answers(one, [1, 2])).toEqual([{ result: 400 }, { result: "waits" }]);
    expect(await answers(two, [1])).toEqual([{ result: 100 }]);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect((await one.closed).code).toBe(1012);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
    const problems = cluster.records.filter(({ level }) => level !== "info");
    expect({ stderr: cluster.stderr, problems }).toEqual({ stderr: "", problems: [] });
  });
});

describe("an end", () => {
  it("waits for calls that wait for a compute host that was lost", async () => {
    const cluster = await startHeavy();
    const client = await cluster.connect();
    await begin(client, 1, "deaf", HOUR);
    process.kill((await hosting(cluster, { running: 1 })).pid, "SIGKILL");
    expect(await answers(client, [1])).toMatchObject([{ error: "UNAVAILABLE" }]);
    client.send([Kind.CALL, 2, "quick", "patient"]);
    await client.reached();
    cluster.killGroup("SIGTERM");
    expect(await answers(client, [2])).toEqual([{ result: "patient" }]);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });

  it.each(ENDLESS)("does not wait for %s beyond its limit", async (_, task) => {
    const { cluster, client } = await busyWith(task, { DRAIN_MS: "200" });
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await client.closed).code).toBe(1012);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    // the limit, and what a compute host has to end by itself
    expect(performance.now() - started).toBeLessThan(200 + 2_000 + 2_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });

  it.each([
    ["a cluster", "2"],
    ["a server of one process", "0"],
  ])("of %s comes at once at a second signal, whatever runs", async (_, WORKERS) => {
    const { cluster } = await busyWith("native", { WORKERS });
    cluster.kill("SIGTERM");
    const { time } = await cluster.logged(/^SIGTERM: ending/);
    await eventually(() => expect(Date.now() - Date.parse(String(time))).toBeGreaterThan(1_050));
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await cluster.exited).code).not.toBe(0);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });

  it.each(ENDLESS)("of the primary by force is the end of the compute host, even in %s", async (_, task) => {
    const { cluster } = await busyWith(task);
    const host = (await cluster.compute())?.pid;
    expect(cluster.alive).toContain(host);
    const started = performance.now();
    cluster.kill("SIGKILL");
    await eventually(() => expect(cluster.alive).not.toContain(host));
    expect(performance.now() - started).toBeLessThan(2_000);
    await eventually(() => expect(cluster.alive).toEqual([]));
  });

  it("of the primary by force is the end of a compute host that has only just begun to start", async () => {
    const slow = "if (process.env.FUGITIVE_COMPUTE_HOST) await new Promise((resolve) => setTimeout(resolve, 500));";
    const preload = `--import=data:text/javascript,${encodeURIComponent(slow)}`;
    const cluster = launchCluster({ app: HEAVY_APP, files: HEAVY_FILES, env: { NODE_OPTIONS: preload } });
    await eventually(() => expect(cluster.alive).toHaveLength(4));
    cluster.kill("SIGKILL");
    await eventually(() => expect(cluster.alive).toEqual([]));
  });

  it("comes as well while a task's file still loads", async () => {
    const files = {
      "tasks.mjs": `${HEAVY_FILES["tasks.mjs"]}; await new Promise((loaded) => setTimeout(loaded, 60_000));`,
    };
    const cluster = launchCluster({ app: HEAVY_APP, files });
    await eventually(() => expect(cluster.alive).toHaveLength(4));
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await cluster.exited).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
    const errors = cluster.records.filter(({ level }) => level === "error");
    expect({ stderr: cluster.stderr, errors }).toEqual({ stderr: "", errors: [] });
  });

  it.each(ENDLESS)("is the same for a server of one process, even in %s", async (_, task) => {
    const { cluster, client } = await busyWith(task, { WORKERS: "0", DRAIN_MS: "200" });
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await client.closed).code).toBe(1012);
    await cluster.exited;
    expect(performance.now() - started).toBeLessThan(200 + 2_000 + 2_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });

  it("is the same for a server of one process whose task was cancelled long ago and has not ended", async () => {
    const cluster = await startHeavy({ WORKERS: "0", DRAIN_MS: "200" });
    const client = await cluster.connect();
    await begin(client, 1, "native");
    client.send([Kind.CANCEL, 1]);
    await cluster.logged(/a task did not end when it was cancelled/);
    cluster.kill("SIGTERM");
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });
});
