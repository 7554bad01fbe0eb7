import { beforeEach, describe, expect, it } from "vitest";
import { hello } from "./sessions/test/resume.ts";
import { type Placed, place } from "./sessions/test/workers.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import type { Member } from "./test/presence-app.ts";
import { FORMATS, RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `
  export const app = defineApp({
    procedures: { whoami: (_, { connection }) => connection.id },
    channels: { "room:*": { presence: true }, "users:*": { presence: { countBy: "user" } } },
  });`;
const HEARTBEAT_MS = 300;

let rooms = 0;
let channel: string;
beforeEach(() => {
  channel = `room:${++rooms}`;
});

async function idOf({ client }: Placed): Promise<string> {
  const [, , id] = (await client.ask([2, 9, "whoami"])) as [number, number, string];
  return id;
}

/** Two clients at two workers, the first of which hears of the second. */
async function watched(
  cluster: Cluster,
  format: RawClient["format"],
): Promise<{ watcher: Placed; other: Placed; id: string }> {
  const watcher = await place(cluster, { format });
  const other = await place(cluster, { format, not: watcher.pid });
  const id = await idOf(other);
  await watcher.client.ask([8, 1, channel, { presence: true }]);
  await other.client.ask([8, 1, channel]);
  expect(await watcher.client.next()).toEqual([13, channel, "join", { connection: id }]);
  return { watcher, other, id };
}

describe.each(FORMATS)("presence in a cluster, over %s", (format) => {
  it("is known at every worker, and who was at one that is killed with -9 has left at once", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { watcher, other, id } = await watched(cluster, format);
    expect(await other.client.ask([2, 2, "$presence", channel])).toEqual([
      3,
      2,
      [{ connection: expect.any(String) }, { connection: id }],
    ]);
    const killed = performance.now();
    process.kill(other.pid, "SIGKILL");
    expect(await watcher.client.next()).toEqual([13, channel, "leave", { connection: id }]);
    expect(performance.now() - killed).toBeLessThan(5_000);
    expect(await watcher.client.ask([2, 3, "$presence", { channel: channel, count: true }])).toEqual([
      3,
      3,
      { connections: 1, members: 1 },
    ]);
  });

  it("ends for a client that dies in silence, when its heartbeat fails", async () => {
    const cluster = await startCluster({ app: APP, env: { HEARTBEAT_MS: `${HEARTBEAT_MS}` } });
    const watcher = await cluster.connect({ format });
    await watcher.ask([8, 1, channel, { presence: true }]);
    const silent = await cluster.connect({ answersPings: false });
    await silent.ask([8, 1, channel]);
    expect(await watcher.next()).toMatchObject([13, channel, "join", {}]);
    const [, , change] = (await watcher.next(10 * HEARTBEAT_MS)) as [number, string, string];
    expect(change).toBe("leave");
  });
});

describe("presence in a cluster", () => {
  it("follows a session to another worker, and is told once of each change", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { watcher, other, id } = await watched(cluster, "json");
    const next = await place(cluster, { known: other.welcome, not: other.pid });
    // each that it came with has joined, and all before the last have left
    const changes = await watcher.client.take(2 * next.attempts);
    const moved = await idOf(next);
    expect(changes).toContainEqual([13, channel, "join", { connection: moved }]);
    expect(changes).toContainEqual([13, channel, "leave", { connection: id }]);
    expect(new Set(changes.map((change) => JSON.stringify(change))).size).toBe(changes.length);
    await next.client.ask([2, 1, "$presence", channel]);
    expect(await watcher.client.settled()).toEqual([]);
  });

  it("and its list, asked for in one frame, are the whole picture, also where nobody at the worker had the channel", async () => {
    const cluster = await sharedCluster({ app: APP });
    const restless = await place(cluster);
    const id = await idOf(restless);
    let stop = false;
    const over = (async () => {
      for (let turn = 0; !stop; turn++) await restless.client.ask([turn % 2 === 0 ? 8 : 10, 1, channel]);
      await restless.client.ask([10, 2, channel]);
    })();
    const watchers: { client: RawClient; told: unknown[][] }[] = [];
    for (let round = 0; round < 10; round++) {
      const { client } = await place(cluster, { not: restless.pid });
      client.send([
        [8, 1, channel, { presence: true }],
        [2, 2, "$presence", channel],
      ]);
      const told: unknown[][] = [];
      while (!told.some(([kind]) => kind === 3)) told.push((await client.next()) as unknown[]);
      if (round < 9) client.send([10, 3, channel]);
      watchers.push({ client, told });
    }
    stop = true;
    await over;
    const { client, told } = watchers.at(-1) as (typeof watchers)[number];
    // who has left is not in the list any more at some time, and then all news of it have come
    for (let question = 4, left = false; !left; question++) {
      client.send([2, question, "$presence", channel]);
      while (told.at(-1)?.[0] !== 3 || told.at(-1)?.[1] !== question) told.push((await client.next()) as unknown[]);
      left = ((told.at(-1)?.[2] ?? []) as unknown[]).length === 1;
    }
    const [, , list] = told.find(([kind]) => kind === 3) as [number, number, Member[]];
    const news = told.filter((one) => one[0] === 13 && (one[3] as Member).connection === id);
    const isIn = news.length > 0 ? news.at(-1)?.[2] === "join" : list.some(({ connection }) => connection === id);
    expect(isIn).toBe(false);
  });

  it("is nobody's after workers died, clients came and went, and all hung up", async () => {
    const cluster = await sharedCluster({ app: APP });
    const count = async () => {
      const client = await RawClient.connect({ port: cluster.port });
      const counts = await client.ask([2, 1, "$presence", { channel: channel, count: true }]);
      client.destroy();
      return counts;
    };
    for (let round = 0; round < 3; round++) {
      const clients = await Promise.all(Array.from({ length: 30 }, () => cluster.connect()));
      await Promise.all(
        clients.map(async (client, index) => {
          if (index % 3 === 0) await hello(client);
          for (let turn = 0; turn < 5; turn++) {
            client.send([
              [8, turn, channel, { presence: turn % 2 === 0 }],
              ...(turn % 3 === 1 ? [[10, turn + 100, channel]] : []),
            ]);
          }
        }),
      );
      const [first] = await cluster.status();
      if (first !== undefined && round < 2) process.kill(first.pid, "SIGKILL");
      for (const client of clients) client.destroy();
      // connections that are dealt to a worker which is dead are lost
      await eventually(async () => {
        const pids = (await cluster.status()).map(({ pid }) => pid);
        expect(pids).toHaveLength(2);
        if (round < 2) expect(pids).not.toContain(first?.pid);
      });
    }
    await eventually(async () => expect(await count()).toEqual([3, 1, { connections: 0, members: 0 }]));
  });
});
