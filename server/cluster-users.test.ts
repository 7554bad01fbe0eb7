import { describe, expect, it } from "vitest";
import { hello, type Known, resume } from "./sessions/test/resume.ts";
import type { Cluster } from "./test/cluster.ts";
import type { RawClient } from "./test/raw-client.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
/** A token is a user, and, behind a colon, when it was issued. */
const APP = `
  export const app = defineApp({
    authenticate({ token = "" }) {
      const [user, issuedAt] = token.split(":");
      return user && { user, ...(issuedAt === undefined ? {} : { issuedAt: Number(issuedAt) }) };
    },
    procedures: {
      login: (user, { session }) => session.setUser(user),
      tell: ({ user, data }, context) => context.toUser(user).publish(data),
      revoke: ({ target, options }, context) => context.revoke(target, options),
    },
    channels: { "*": {} },
  });
`;

/** Connects until there is somebody on each of two workers. */
async function both(cluster: Cluster, options: object): Promise<[RawClient, RawClient, ...Known[]]> {
  const found = new Map<number, [RawClient, Known]>();
  for (let attempt = 0; found.size < 2 && attempt < 20; attempt++) {
    const client = await cluster.connect();
    const welcome = await hello(client, options);
    if (found.has(welcome.worker)) client.destroy();
    else found.set(welcome.worker, [client, welcome]);
  }
  const [one, other] = [...found.values()];
  if (one === undefined || other === undefined) throw new Error("All were dealt to one worker.");
  return [one[0], other[0], one[1], other[1]];
}

describe("all connections of a user", () => {
  it("are told, wherever they are, in each their format, and nobody else is", async () => {
    const cluster = await sharedCluster({ app: APP });
    const [one, other] = await both(cluster, { token: "ada" });
    const packed = await cluster.connect({ format: "msgpack" });
    await hello(packed, { token: "ada" });
    const byLogin = await cluster.connect();
    await byLogin.ask([2, 1, "login", "ada"]);
    const stranger = await cluster.connect();
    await hello(stranger, { token: "bob" });
    const nobody = await cluster.connect();
    const big = { text: "x".repeat(5_000) };
    for (const [id, data] of [big, null, [1, 2]].entries()) {
      expect(await nobody.ask([2, id, "tell", { user: "ada", data }])).toEqual([3, id, 4]);
    }
    for (const client of [one, other, packed, byLogin]) {
      expect(await client.take(3)).toEqual([
        [12, "$direct", big],
        [12, "$direct", null],
        [12, "$direct", [1, 2]],
      ]);
    }
    expect(await stranger.settled()).toEqual([]);
    // who went, or is somebody else now, is not counted
    other.destroy();
    await other.closed;
    await byLogin.ask([2, 2, "login", "carl"]);
    await expect.poll(() => nobody.ask([2, 5, "tell", { user: "ada", data: 1 }])).toEqual([3, 5, 2]);
    expect(await nobody.ask([2, 6, "tell", { user: "nobody at all", data: 1 }])).toEqual([3, 6, 0]);
    expect(await nobody.ask([2, 7, "tell", { user: "", data: 1 }])).toMatchObject([
      4,
      7,
      "INTERNAL",
      expect.anything(),
    ]);
  });
});

describe("revoking", () => {
  it("a user closes all connections at once and forgets the sessions; tokens of before are good no more", async () => {
    const cluster = await sharedCluster({ app: APP });
    const token = `eve:${Date.now()}`;
    const [one, other, known] = await both(cluster, { token });
    const [away] = await both(cluster, { token });
    const gone = await hello(await cluster.connect(), { token });
    const bob = await cluster.connect();
    await hello(bob, { token: "bob" });
    away.destroy();
    await away.closed;
    const [, , count] = (await bob.ask([2, 1, "revoke", { target: { user: "eve" } }])) as [number, number, number];
    // some were closed by the test itself, and their sessions wait
    expect(count).toBeGreaterThanOrEqual(4);
    for (const client of [one, other]) expect(await client.closed).toEqual({ code: 4401, reason: "revoked" });
    expect(await bob.settled()).toEqual([]);
    for (const session of [known, gone]) {
      if (session === undefined) throw new Error();
      expect(await resume(await cluster.connect(), session)).toMatchObject({ resumed: false });
    }
    for (let attempt = 0; attempt < 4; attempt++) {
      const again = await cluster.connect();
      expect(await again.ask([0, { token }])).toEqual([4, null, "UNAUTHENTICATED", "The token has been revoked."]);
      expect(await again.closed).toMatchObject({ code: 4401 });
    }
    const later = `eve:${Date.now() + 2_000}`;
    expect(await hello(await cluster.connect(), { token: later })).toMatchObject({ user: "eve" });
  });

  it("is known to workers that start later", async () => {
    const cluster = await sharedCluster({ app: APP });
    const token = `fay:${Date.now()}`;
    const client = await cluster.connect();
    expect(await client.ask([2, 1, "revoke", { target: { user: "fay" } }])).toEqual([3, 1, 0]);
    const before = await cluster.status();
    for (const { pid } of before) if (pid > 0) process.kill(pid, "SIGKILL");
    await expect
      .poll(async () => {
        const now = await cluster.status();
        return now.filter(({ state, pid }) => state === "serving" && !before.some((one) => one.pid === pid)).length;
      })
      .toBe(2);
    for (let attempt = 0; attempt < 4; attempt++) {
      const again = await cluster.connect();
      expect(await again.ask([0, { token }])).toMatchObject([4, null, "UNAUTHENTICATED", expect.anything()]);
    }
  });

  it("is done from the control port, too", async () => {
    const cluster = await sharedCluster({ app: APP });
    const [one, other] = await both(cluster, { token: "gil" });
    // the primary hears of sessions by the way of this, and before it
    for (const client of [one, other]) {
      expect(await client.ask([2, 1, "tell", { user: "nobody", data: 1 }])).toEqual([3, 1, 0]);
    }
    expect(await (await cluster.post("/revoke?user=gil&ban")).json()).toEqual({ ended: 2 });
    for (const client of [one, other]) expect(await client.closed).toEqual({ code: 4403, reason: "revoked" });
  });

  it("one session leaves the user's others alone; with a ban the client is told to stay away", async () => {
    const cluster = await sharedCluster({ app: APP });
    const [one, other, known] = await both(cluster, { token: "hal" });
    const target = { session: known?.session };
    expect(await other.ask([2, 1, "revoke", { target, options: { ban: true } }])).toEqual([3, 1, 1]);
    expect(await one.closed).toEqual({ code: 4403, reason: "revoked" });
    expect(await other.ask([2, 2, "revoke", { target }])).toEqual([3, 2, 0]);
    expect(await other.ask([2, 3, "tell", { user: "hal", data: 1 }])).toEqual([12, "$direct", 1]);
    expect(await other.next()).toEqual([3, 3, 1]);
  });
});
