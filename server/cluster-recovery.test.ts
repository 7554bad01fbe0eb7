import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { connect } from "../client/node.ts";
import { startCluster } from "./test/cluster.ts";
import { follow, publishNumbers } from "./test/followers.ts";
import { eventually } from "./test/patience.ts";

const APP = `
  export const app = defineApp({ channels: { "*": { history: { size: 1_000, ttlMs: 60_000 } } } });`;

/** How long workers are killed, and how often, in milliseconds. */
const KILLING_MS = 20_000;
const EVERY_MS = 2_000;
const FOLLOWERS = 20;

it("every acknowledged publication reaches every follower once and in order, however many workers are killed", async () => {
  const cluster = await startCluster({ app: APP });
  const followers = await follow(cluster.port, "news", FOLLOWERS);
  const stop = publishNumbers(cluster.port, "news", 5);
  let kills = 0;
  for (const end = performance.now() + KILLING_MS; performance.now() < end; kills++) {
    await sleep(EVERY_MS);
    const workers = await cluster.status();
    const victim = workers[Math.floor(Math.random() * workers.length)];
    if (victim !== undefined) process.kill(victim.pid, "SIGKILL");
  }
  const published = await stop();
  const all = Array.from({ length: published }, (_, index) => index + 1);
  await eventually(() => {
    for (const { numbers } of followers) expect(numbers.at(-1)).toBe(published);
  });
  for (const { numbers, gaps } of followers) expect({ numbers, gaps }).toEqual({ numbers: all, gaps: [] });
  expect(kills).toBe(KILLING_MS / EVERY_MS);
  expect(followers.reduce((sum, { losses }) => sum + losses, 0)).toBeGreaterThan(kills);
});

it("whose primary is killed, everybody is told that what was kept is gone, and goes on with the next", async () => {
  const cluster = await startCluster({ app: APP });
  const { port } = cluster;
  const [follower] = await follow(port, "news", 1);
  const client = connect(`http://127.0.0.1:${port}`);
  await client.publish("news", 1);
  await eventually(() => expect(follower?.numbers).toEqual([1]));
  const processes = cluster.alive;
  const session = client.welcome?.session;
  cluster.kill("SIGKILL");
  await eventually(() => expect(cluster.alive).toEqual([]));
  expect(processes.length).toBeGreaterThan(2);

  await startCluster({ app: APP, env: { PORT: `${port}` } });
  await client.publish("news", 2);
  expect(client.welcome).toMatchObject({ resumed: false });
  expect(client.welcome?.session).not.toBe(session);
  await eventually(() => expect(follower?.gaps).toHaveLength(1));
  await client.publish("news", 3);
  await eventually(() => expect(follower?.numbers.at(-1)).toBe(3));
  client.close();
});
