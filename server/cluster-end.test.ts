import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { type Cluster, launchCluster, PLAIN_APP, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import type { RawClient } from "./test/raw-client.ts";

const NOTHING_LEFT = { alive: [], leftovers: [] };

/** What is left of a cluster once all its processes had time to end. */
async function remains(cluster: Cluster) {
  await eventually(() => expect(cluster.alive).toEqual([]));
  const { alive, leftovers } = cluster;
  return { alive, leftovers };
}

/** One connection to each worker. */
async function clientsOf(cluster: Cluster): Promise<RawClient[]> {
  return [await cluster.connect(), await cluster.connect()];
}

const GOAWAY = [Kind.GOAWAY, "restart", { reconnectAfterMs: expect.any(Number) }];

describe.each([
  ["SIGTERM", (cluster: Cluster) => cluster.kill("SIGTERM")],
  ["SIGTERM to all its processes", (cluster: Cluster) => cluster.killGroup("SIGTERM")],
  ["Ctrl-C", (cluster: Cluster) => cluster.killGroup("SIGINT")],
])("at %s", (_, end) => {
  it("clients hear that they should come back, a call in flight is answered, and nothing is left", async () => {
    const cluster = await startCluster();
    const [calling, idle] = (await clientsOf(cluster)) as [RawClient, RawClient];
    calling.send([Kind.CALL, 1, "test.delay", 1_000]);
    await calling.reached();
    end(cluster);
    expect(await idle.next()).toEqual(GOAWAY);
    expect(await calling.next()).toEqual(GOAWAY);
    expect(await calling.next()).toEqual([Kind.RESULT, 1, 1_000]);
    expect((await idle.closed).code).toBe(1012);
    expect((await calling.closed).code).toBe(1012);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
    expect({ stderr: cluster.stderr, errors: cluster.records.filter(({ level }) => level === "error") }).toEqual({
      stderr: "",
      errors: [],
    });
  });
});

describe("an end", () => {
  it("is not waited for beyond the limit by a call that takes too long", async () => {
    const cluster = await startCluster({ app: PLAIN_APP, env: { DRAIN_MS: "200" } });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "test.delay", 60_000]);
    await client.reached();
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await client.closed).code).toBe(1012);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("is told by readiness: 503, and no new connections, while calls still finish", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "test.delay", 2_400]);
    await client.reached();
    cluster.kill("SIGTERM");
    expect(await client.next()).toEqual(GOAWAY);
    expect((await cluster.get("/readyz", cluster.controlPort)).status).toBe(503);
    await eventually(() => expect(cluster.connect()).rejects.toThrow());
    expect(await client.next()).toEqual([Kind.RESULT, 1, 2_400]);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
  });

  it("is an orderly one where Ctrl-C comes twice in a moment, as package managers pass it on", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "test.delay", 1_000]);
    await client.reached();
    cluster.killGroup("SIGINT");
    expect(await client.next()).toEqual(GOAWAY);
    cluster.kill("SIGINT");
    expect(await client.next()).toEqual([Kind.RESULT, 1, 1_000]);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
  });

  it("comes at once at a second signal that is one of its own", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "test.delay", 60_000]);
    await client.reached();
    cluster.kill("SIGTERM");
    const { time } = await cluster.logged(/^SIGTERM: ending; once more, after a second or later, to end at once$/);
    await eventually(() => expect(Date.now() - Date.parse(String(time))).toBeGreaterThan(1_050));
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await cluster.exited).code).toBe(1);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });

  it("comes as well while it still starts", async () => {
    const slow = "await new Promise((resolve) => setTimeout(resolve, 60_000)); export const app = defineApp({});";
    const cluster = launchCluster({ app: slow });
    await eventually(() => expect(cluster.alive).toHaveLength(3));
    await eventually(() => expect(cluster.leftovers).toHaveLength(1));
    const started = performance.now();
    cluster.kill("SIGTERM");
    expect((await cluster.exited).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
    expect(cluster.stderr).toBe("");
  });

  it("of the primary by force is the end of its workers", async () => {
    const cluster = await startCluster({ app: PLAIN_APP });
    const client = await cluster.connect();
    cluster.kill("SIGKILL");
    await client.closed;
    await eventually(() => expect(cluster.alive).toEqual([]));
  });

  it("is the same for a server of one process", async () => {
    const cluster = launchCluster({ app: PLAIN_APP, env: { WORKERS: "0" } });
    await eventually(() => expect(cluster.leftovers).toHaveLength(1));
    await cluster.logged("serving");
    const client = await cluster.connect();
    client.send([Kind.CALL, 1, "test.delay", 1_000]);
    await client.reached();
    cluster.kill("SIGTERM");
    expect(await client.take(2)).toEqual([GOAWAY, [Kind.RESULT, 1, 1_000]]);
    expect((await client.closed).code).toBe(1012);
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
    expect(await remains(cluster)).toEqual(NOTHING_LEFT);
  });
});
