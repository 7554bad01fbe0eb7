import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Cable, layCable } from "../../links/test/cable.ts";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { type TestHost, testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { knowOneAnother, type SessionHost, startSessionHost } from "../test/session-hosts.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

/** Two hosts. @param url the way of the first one to Redis */
async function two(url: string): Promise<{ one: SessionHost; other: SessionHost }> {
  const prefix = testPrefix();
  const [one, other] = await Promise.all([startSessionHost(url, prefix), startSessionHost(server.url, prefix)]);
  return { one, other };
}

async function cable(): Promise<Cable & { readonly url: string }> {
  const laid = await layCable(server.port);
  onTestFinished(() => laid.cut());
  return { ...laid, url: `redis://127.0.0.1:${laid.port}` };
}

async function isDown({ redis }: TestHost): Promise<void> {
  await eventually(() => expect(redis.isUp).toBe(false));
}

const NOTHING_KNOWN = [null, {}, [], false];

describe("while Redis cannot be reached", () => {
  it("a host goes on with its own sessions, has clients of others try again, and tells all of it later", async () => {
    const wire = await cable();
    const { one, other } = await two(wire.url);
    one.open("s", "c1");
    one.open("away", "c2");
    one.left("away", "c2");
    other.open("other's", "c3");
    for (const worker of [one, other]) await worker.caughtUp();
    await wire.cut();
    await isDown(one);
    expect(await one.resume("away", "c4")).toEqual(NOTHING_KNOWN);
    expect(await one.resume("s", "c5", { secret: "wrong" })).toBe("not now");
    expect(await one.resume("other's", "c6")).toBe("not now");
    expect(await one.resume("nobody's", "c7")).toBe("not now");
    one.open("new", "c8");
    one.changed("s", { tags: { a: "1" } });
    expect(await one.tell("ada", 1)).toBe(0);
    await wire.mend();
    await eventually(async () => expect(await other.resume("new", "c9")).toEqual(NOTHING_KNOWN));
    await eventually(async () => expect(await other.resume("s", "c10")).toEqual([null, { a: "1" }, [], false]));
    // in any order: who could not hear so yet finds it out when it writes
    await eventually(() => expect(one.moved.toSorted()).toEqual(["new c8", "s c1"]));
  });

  it("a session may go on at another host: the one that has not heard so gives it up when it does", async () => {
    const wire = await cable();
    const { one, other } = await two(wire.url);
    one.open("s", "c1");
    one.open("revoked", "c2");
    await one.caughtUp();
    await wire.cut();
    await isDown(one);
    expect(await other.resume("s", "c3")).toEqual(NOTHING_KNOWN);
    expect(await other.revoke({ session: "revoked" })).toBe(1);
    await wire.mend();
    await eventually(() => expect(one.moved).toEqual(["s c1"]));
    await eventually(() => expect(one.ended).toEqual([["revoked", "c2", 4401]]));
    other.changed("s", { tags: { a: "1" } });
    await other.caughtUp();
    expect(await one.resume("s", "c4")).toEqual([null, { a: "1" }, [], false]);
  });

  it("what a call says of a session that has gone on elsewhere meanwhile is said later", async () => {
    const wire = await cable();
    const { one, other } = await two(wire.url);
    one.open("s", "c1");
    one.changed("s", { user: "ada" });
    await one.caughtUp();
    expect(await other.resume("s", "c2")).toEqual(["ada", {}, [], false]);
    await eventually(() => expect(one.moved).toEqual(["s c1"]));
    await wire.cut();
    await isDown(one);
    one.changed("s", { tags: { a: "1", b: "1" } });
    one.changed("s", { user: null, tags: { b: null } });
    await one.caughtUp();
    await wire.mend();
    await eventually(() =>
      expect(other.changes).toEqual([["s", { user: null, proven: false, tags: { a: "1", b: null } }]]),
    );
    expect(await other.resume("s", "c3")).toEqual([null, { a: "1" }, [], false]);
  });

  it("what another host changes of a session is heard of later, and holds beside what its own host has changed", async () => {
    const wire = await cable();
    const { one, other } = await two(wire.url);
    one.open("s", "c1");
    one.changed("s", { user: "ada", tags: { a: "1", b: "1" } });
    await one.caughtUp();
    await wire.cut();
    await isDown(one);
    one.changed("s", { tags: { a: "2" } });
    other.changed("s", { user: "bob", tags: { b: null, c: "3" } });
    await one.caughtUp();
    await other.caughtUp();
    await wire.mend();
    await eventually(() =>
      expect(one.changes).toEqual([["s", { user: "bob", proven: false, tags: { b: null, c: "3" } }]]),
    );
    await one.caughtUp();
    expect(await other.resume("s", "c2")).toEqual(["bob", { a: "2", c: "3" }, [], false]);
  });

  it("who is revoked here is revoked everywhere when it can be, and who was elsewhere is here", async () => {
    const wire = await cable();
    const { one, other } = await two(wire.url);
    one.open("bob's", "c1");
    one.changed("bob's", { user: "bob" });
    one.open("mine", "c2");
    other.open("ada's", "c3");
    other.changed("ada's", { user: "ada" });
    for (const worker of [one, other]) await worker.caughtUp();
    await knowOneAnother(one, other);
    await wire.cut();
    await isDown(one);
    expect(await one.revoke({ user: "ada" })).toBe(0);
    expect(await one.revoke({ session: "mine" })).toBe(1);
    // counted though its host does not answer: nobody can go on with it any more
    expect(await other.revoke({ user: "bob" }, true)).toBe(1);
    await wire.mend();
    await eventually(() => expect(other.ended).toEqual([["ada's", "c3", 4401]]));
    await eventually(() => expect(one.ended).toContainEqual(["bob's", "c1", 4403]));
    expect([one.revoked.includes("bob"), other.revoked.includes("ada")]).toEqual([true, true]);
    await eventually(async () => expect(await other.resume("mine", "c4")).toBeUndefined());
  });
});
