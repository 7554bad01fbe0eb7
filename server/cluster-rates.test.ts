import { describe, expect, it } from "vitest";
import { type Placed, place } from "./sessions/test/workers.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { RawClient, type RawMessage } from "./test/raw-client.ts";
import { handshake } from "./test/raw-handshake.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const HOUR = 3_600_000;
const APP = `
  const guarded = (by) => ({ rateLimit: { limit: 5, perMs: ${HOUR}, by }, handler: () => "in" });
  export const app = defineApp({
    procedures: {
      login: (user, { session }) => session.setUser(user),
      byIp: guarded("ip"),
      byUser: guarded("user"),
      echo: (data) => data,
    },
    channels: { "mine:*": { rateLimit: { limit: 5, perMs: ${HOUR}, by: "user" } }, "presence:*": { presence: true } },
  });`;

/** A client at each of the two workers. */
async function placeBoth(cluster: Cluster): Promise<[Placed, Placed]> {
  const first = await place(cluster);
  return [first, await place(cluster, { not: first.pid })];
}

/** How many of these answers are none of an error. */
function done(answers: readonly unknown[]): number {
  return answers.filter((answer) => (answer as RawMessage)[0] !== 4).length;
}

describe("a procedure's rate holds for all socket workers together", () => {
  it("by address: whoever tries passwords is stopped, however many connections at once", async () => {
    const cluster = await sharedCluster({ app: APP });
    const clients = await Promise.all(Array.from({ length: 10 }, () => cluster.connect()));
    const answers = await Promise.all(
      clients.map((client) => {
        client.send(Array.from({ length: 20 }, (_, id) => [2, id, "byIp"]));
        return client.take(20);
      }),
    );
    expect(done(answers.flat())).toBe(5);
    const refused = answers.flat().find((answer) => (answer as RawMessage)[0] === 4) as RawMessage;
    expect(refused).toMatchObject([4, expect.any(Number), "RATE_LIMITED", expect.any(String), expect.anything()]);
    const { retryAfterMs } = refused[4] as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(HOUR / 5 - 60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(HOUR / 5);
  });

  it("by user, and one that dies takes nothing with it", async () => {
    const cluster = await sharedCluster({ app: APP });
    const [first, second] = await placeBoth(cluster);
    for (const { client } of [first, second]) await client.ask([2, 0, "login", "ann"]);
    first.client.send([1, 2, 3].map((id) => [2, id, "byUser"]));
    expect(done(await first.client.take(3))).toBe(3);
    second.client.send([1, 2, 3].map((id) => [2, id, "byUser"]));
    expect(done(await second.client.take(3))).toBe(2);
    process.kill(first.pid, "SIGKILL");
    await first.client.closed;
    const again = await eventually(() => place(cluster, { not: second.pid }));
    await again.client.ask([2, 0, "login", "ann"]);
    expect(await again.client.ask([2, 1, "byUser"])).toMatchObject({ 2: "RATE_LIMITED" });
    expect(await second.client.ask([2, 1, "echo", "well"])).toEqual([3, 1, "well"]);
  });
});

it("a channel's rate by user holds for all socket workers together, a moment later", async () => {
  const cluster = await sharedCluster({ app: APP });
  const [first, second] = await placeBoth(cluster);
  for (const { client } of [first, second]) await client.ask([2, 0, "login", "ann"]);
  first.client.send([1, 2, 3, 4, 5, 6].map((id) => [11, id, "mine:x", id]));
  expect(done(await first.client.take(6))).toBe(5);
  // what the second one does before it hears of that is no more than it alone would allow
  let through = 0;
  await eventually(async () => {
    const answer = (await second.client.ask([11, 1, "mine:x", 1])) as RawMessage;
    if (answer[0] !== 4) through++;
    expect(answer).toMatchObject({ 2: "RATE_LIMITED" });
  });
  expect(through).toBeLessThanOrEqual(5);
});

describe("connections from one address", () => {
  const upgrade = (port: number) => handshake({ port, offers: [] });

  /** Comes, as one too many: refused at once, or, where that was not known yet, closed. */
  async function refused(cluster: Cluster): Promise<void> {
    const { status, headers, rest, socket } = await upgrade(cluster.port);
    socket.destroy();
    expect(status).toBe(429);
    expect(headers.get("retry-after")).toBe("1");
    expect(String(rest)).toContain("Too many connections");
  }

  /** So many are there, and answer. */
  async function settled(cluster: Cluster, count: number): Promise<RawClient[]> {
    const there: RawClient[] = [];
    await eventually(async () => {
      const client = await cluster.connect();
      // who is one too many is closed by the time that the primary has been asked something later
      await client.ask([2, 1, "$presence", "presence:any"]).then(() => there.push(client));
      expect(there).toHaveLength(count);
    });
    return there;
  }

  it("are limited over all socket workers: HTTP 429 says when to come again", async () => {
    const cluster = await startCluster({ app: APP, env: { CONNECTIONS_PER_IP: "6", EXEMPT_IPS: "none" } });
    const clients = await settled(cluster, 6);
    await eventually(() => refused(cluster));
    for (const client of clients) expect(await client.ask([14])).toEqual([15]);
    expect(await clients[0]?.ask([2, 1, "$health"])).toHaveProperty("2.counters.refusedConnects");
    for (const client of clients) client.destroy();
    await settled(cluster, 6);
    await eventually(() => refused(cluster));
  });

  it("that were a dead worker's make room", async () => {
    const cluster = await startCluster({ app: APP, env: { CONNECTIONS_PER_IP: "6", EXEMPT_IPS: "none" } });
    await settled(cluster, 6);
    await eventually(() => refused(cluster));
    const [worker] = await cluster.status();
    process.kill(worker?.pid ?? 0, "SIGKILL");
    // half of them are there still
    const [more] = await settled(cluster, 1);
    expect(await more?.ask([14])).toEqual([15]);
  });

  it("do not stay counted, however they go", async () => {
    const cluster = await startCluster({ app: APP, env: { CONNECTIONS_PER_IP: "20", EXEMPT_IPS: "none" } });
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { socket } = await upgrade(cluster.port);
          socket.resetAndDestroy();
        }),
      );
    }
    await settled(cluster, 20);
    await eventually(() => refused(cluster));
  });

  it("may come only so often", async () => {
    const env = { CONNECT_RATE: "1", RATE_BURST_MS: "3000", MESSAGE_RATE: "off", EXEMPT_IPS: "none" };
    const cluster = await startCluster({ app: APP, env });
    const statuses: number[] = [];
    for (let count = 0; count < 12; count++) {
      const { status, socket } = await upgrade(cluster.port);
      socket.destroy();
      statuses.push(status);
    }
    expect(statuses.slice(0, 3)).toEqual([101, 101, 101]);
    expect(statuses).toContain(429);
  });

  it("from loopback are not limited unless it is said so", async () => {
    const cluster = await startCluster({
      app: APP,
      env: { CONNECT_RATE: "1", CONNECTIONS_PER_IP: "1", RATE_BURST_MS: "1000" },
    });
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => RawClient.connect({ port: cluster.port, format: "json" })),
    );
    expect(clients).toHaveLength(50);
    for (const client of clients) client.destroy();
  });
});
