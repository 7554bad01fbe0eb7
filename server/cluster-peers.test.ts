import { describe, expect, it } from "vitest";
import { Seeker, secret } from "./peers/test/seeker.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";

const APP = "export const app = defineApp({ peers: {} });";
const SHORT_GRACE = "export const app = defineApp({ peers: { limits: { graceMs: 1_000 } } });";

/** The worker that serves a seeker. */
async function workerOf(seeker: Seeker): Promise<{ worker: number; pid: number }> {
  const [, , health] = await seeker.call("$health", undefined);
  return health as { worker: number; pid: number };
}

/** Two peers on different workers that are a pair. */
async function pair(cluster: Cluster): Promise<[Seeker, Seeker]> {
  const [one, other] = [
    await Seeker.seek(cluster, { secret: secret("one") }),
    await Seeker.seek(cluster, { secret: secret("other") }),
  ];
  expect((await workerOf(one)).worker).not.toBe((await workerOf(other)).worker);
  await one.next("paired");
  await other.next("paired");
  return [one, other];
}

describe("peers of different socket workers", () => {
  it("find each other, and say things to each other in their order", async () => {
    const cluster = await startCluster({ app: APP });
    const [one, other] = await pair(cluster);
    for (let count = 0; count < 50; count++)
      one.client.send([2, 100 + count, "$peers.signal", { from: one.id, to: other.id, data: count }]);
    for (let count = 0; count < 50; count++) expect(await other.next("signal")).toMatchObject({ data: count });
  });

  it("make one room", async () => {
    const cluster = await startCluster({ app: APP });
    const members = [];
    for (let count = 0; count < 4; count++) members.push(await Seeker.seek(cluster, { room: "table" }));
    for (const member of members) {
      const others = new Set<string>();
      for (let count = 0; count < 3; count++) others.add((await member.next("paired")).peer);
      expect(others).toEqual(new Set(members.filter((one) => one !== member).map(({ id }) => id)));
    }
  });

  it("are a pair still when one comes back whose worker was killed", async () => {
    const cluster = await startCluster({ app: APP });
    const [one, other] = await pair(cluster);
    process.kill((await workerOf(one)).pid, "SIGKILL");
    // until it is known to be dead it may be dealt connections
    await cluster.logged(/^a socket worker died/);
    const back = new Seeker(await cluster.connect());
    expect(await back.begin({ secret: secret("one") })).toMatchObject({ resumed: true, pairs: [{ peer: other.id }] });
    expect((await back.signal(other.id, "I am back"))[0]).toBe(3);
    expect(await other.event()).toEqual({ type: "signal", peer: one.id, data: "I am back" });
  });

  it("are none any more, a second after the worker of one was killed, which does not come back", async () => {
    const cluster = await startCluster({ app: SHORT_GRACE });
    const [one, other] = await pair(cluster);
    process.kill((await workerOf(one)).pid, "SIGKILL");
    expect(await other.event()).toEqual({ type: "left", peer: one.id, reason: "lost" });
  });
});
