import { describe, expect, it, vi } from "vitest";
import { resume } from "./sessions/test/resume.ts";
import { place } from "./sessions/test/workers.ts";
import { startCluster } from "./test/cluster.ts";
import { eventually, LIMIT_MS } from "./test/patience.ts";
import { FORMATS, type RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `
  export const app = defineApp({
    procedures: {
      login: (user, { session }) => session.setUser(user),
      tag: (tags, { session }) => session.setTags(tags),
      whoami: (_, { session }) => ({ user: session.user, tags: session.tags }),
    },
    channels: { "*": {} },
  });`;

/** Makes the session one that has something to lose. */
async function settleIn(client: RawClient): Promise<void> {
  client.send([
    [2, 1, "login", "ada"],
    [2, 2, "tag", { room: "5" }],
    [8, 3, "news"],
    [8, 4, "b*"],
  ]);
  expect(await client.take(4)).toEqual([
    [3, 1],
    [3, 2],
    expect.arrayContaining([9, 3]),
    expect.arrayContaining([9, 4]),
  ]);
}

/** That it lost nothing. */
async function expectSettled(client: RawClient): Promise<void> {
  expect(await client.ask([2, 1, "whoami"])).toEqual([3, 1, { user: "ada", tags: { room: "5" } }]);
  client.send([
    [11, null, "news", "today"],
    [11, null, "bee", 1],
  ]);
  expect(await client.take(2)).toEqual([
    [12, "news", "today"],
    [12, "bee", 1, { pattern: "b*" }],
  ]);
}

describe.each(FORMATS)("a session of a cluster, over %s", (format) => {
  it("goes on at each of two workers, to and fro", async () => {
    const cluster = await sharedCluster({ app: APP });
    const first = await place(cluster, { format });
    await settleIn(first.client);
    let { client, pid } = first;
    const known = first.welcome;
    for (let round = 0; round < 4; round++) {
      client.destroy();
      const next = await place(cluster, { format, known, not: pid });
      const { session, secret } = known;
      expect(next.welcome).toMatchObject({ session, secret, resumed: true, user: "ada" });
      await expectSettled(next.client);
      ({ client, pid } = next);
    }
  });

  it("leaves the connection that holds it at another worker, and that one is closed for good", async () => {
    const cluster = await sharedCluster({ app: APP });
    const zombie = await place(cluster, { format });
    await settleIn(zombie.client);
    const { client, welcome } = await place(cluster, { format, known: zombie.welcome, not: zombie.pid });
    expect(welcome).toMatchObject({ resumed: true, user: "ada" });
    expect(await zombie.client.closed).toEqual({ code: 1000, reason: expect.stringContaining("another connection") });
    await expectSettled(client);
    // the zombie's end is known to everybody by now, and took nothing along
    client.destroy();
    const { client: third } = await place(cluster, { format, known: zombie.welcome });
    await expectSettled(third);
  });

  it("outlives the worker that served it, killed with -9", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, pid, welcome: known } = await place(cluster, { format });
    await settleIn(client);
    // an answer to a call with a key is known to the primary first, and so is all that came before it
    await client.ask([2, 5, "whoami", null, { key: "k" }]);
    process.kill(pid, "SIGKILL");
    expect(await client.closed).toMatchObject({ code: 1006 });
    const next = await place(cluster, { format, known });
    expect(next.welcome).toMatchObject({ session: known.session, resumed: true, user: "ada" });
    await expectSettled(next.client);
  });
});

describe("sessions of a cluster", () => {
  it("are over when nobody came back in time", async () => {
    const cluster = await startCluster({ app: APP, env: { SESSION_WINDOW_MS: "1" } });
    const { client, welcome: known } = await place(cluster);
    await settleIn(client);
    client.destroy();
    // whoever comes too early begins the time anew
    await vi.waitFor(
      async () => {
        const next = await place(cluster, { known });
        next.client.destroy();
        expect(next.welcome).not.toHaveProperty("user");
        expect(next.welcome).toMatchObject({ resumed: false });
        expect(next.welcome.session).not.toBe(known.session);
      },
      { timeout: LIMIT_MS, interval: 2_000 },
    );
  });

  it("are many: each client comes back to its own, after both workers were killed", async () => {
    const cluster = await sharedCluster({ app: APP });
    const clients = await Promise.all(Array.from({ length: 40 }, () => place(cluster)));
    for (const [index, { client }] of clients.entries()) {
      await client.ask([2, 1, "login", `user ${index}`, { key: "k" }]);
    }
    expect(new Set(clients.map(({ pid }) => pid)).size).toBe(2);
    for (const { pid } of await cluster.status()) process.kill(pid, "SIGKILL");
    await Promise.all(clients.map(({ client }) => client.closed));
    // the primary may not have noticed yet, and until one of them serves nobody is let in
    await eventually(async () => (await cluster.connect()).destroy());
    await Promise.all(
      clients.map(async ({ welcome }, index) => {
        const client = await cluster.connect();
        expect(await resume(client, welcome)).toMatchObject({ resumed: true, user: `user ${index}` });
      }),
    );
  });

  it("of one client that comes many times at once are one in the end", async () => {
    const cluster = await sharedCluster({ app: APP });
    const { client, welcome: known } = await place(cluster);
    await settleIn(client);
    const clients = await Promise.all(Array.from({ length: 30 }, () => cluster.connect()));
    const resumption = { session: known.session, secret: known.secret };
    for (const each of clients) each.send([0, { resume: resumption }]);
    await eventually(() => expect(clients.filter(({ socket }) => !socket.destroyed)).toHaveLength(1));
    const last = clients.find(({ socket }) => !socket.destroyed);
    expect(await last?.next()).toMatchObject([1, { resumed: true, user: "ada" }]);
    if (last !== undefined) await expectSettled(last);
  });
});
