import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { knowOneAnother, knowsSessions, type SessionHost, startSessionHost } from "../test/session-hosts.ts";
import { startBus, startWorker } from "../test/session-worker.ts";
import { describeSessions } from "../test/sessions-suite.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

const start: (prefix: string, options?: Parameters<typeof startSessionHost>[2]) => Promise<SessionHost> = (
  prefix,
  options,
) => startSessionHost(server.url, prefix, options);

async function two(prefix = testPrefix()): Promise<{ one: SessionHost; other: SessionHost }> {
  const [one, other] = await Promise.all([start(prefix), start(prefix)]);
  return { one, other };
}

describeSessions("one host with Redis", async () => {
  const host = await startHost(server.url, testPrefix());
  await knowsSessions(host);
  const bus = await startBus(host);
  return { one: await startWorker(bus), other: await startWorker(bus) };
});

describeSessions("two hosts", async () => {
  const prefix = testPrefix();
  const [one, other] = await Promise.all([start(prefix), start(prefix)]);
  return { one, other, known: () => knowOneAnother(one, other) };
});

const NOTHING_KNOWN = [null, {}, [], false];

describe("a session of a host that is killed", () => {
  it("can be gone on with at another for the window, and ends with it", async () => {
    const prefix = testPrefix();
    const { one, other } = await two(prefix);
    for (const id of ["held", "away"]) one.open(id, `c ${id}`);
    one.changed("held", { user: "ada" });
    one.left("away", "c away");
    await one.caughtUp();
    one.kill();
    for (const [id, atLeast, atMost] of [
      ["held", 120_000, 180_000],
      ["away", 60_000, 120_000],
    ] as const) {
      const left = Number(await server.ask("PTTL", `${prefix}{0}:s:${id}`));
      expect(left).toBeGreaterThan(atLeast);
      expect(left).toBeLessThanOrEqual(atMost);
    }
    expect(await other.resume("held", "c2")).toEqual(["ada", {}, [], false]);
    expect(await other.resume("away", "c3")).toEqual(NOTHING_KNOWN);
  });

  it("ends with its user's others, and is counted", async () => {
    const { one, other } = await two();
    one.open("s", "c1");
    one.changed("s", { user: "ada" });
    await one.caughtUp();
    await knowOneAnother(one, other);
    one.kill();
    await eventually(() => expect(other.hosts.alive.size).toBe(1));
    expect(await other.revoke({ user: "ada" })).toBe(1);
    expect(await other.resume("s", "c2")).toBeUndefined();
  });
});

it("a session that lost its connection ends when the window is over", async () => {
  const prefix = testPrefix();
  const [one, other] = await Promise.all([start(prefix, { sessionWindowMs: 300 }), start(prefix)]);
  for (const id of ["gone", "there"]) one.open(id, `c ${id}`);
  one.left("gone", "c gone");
  await one.caughtUp();
  await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:s:gone`)).toBe(0));
  expect(await other.resume("gone", "c2")).toBeUndefined();
  expect(await other.resume("there", "c3")).toEqual(NOTHING_KNOWN);
});

it("secrets are not written down in Redis", async () => {
  const prefix = testPrefix();
  const one = await start(prefix);
  one.open("s", "c1", "a secret of its own");
  await one.caughtUp();
  const values = (await server.ask("HVALS", `${prefix}{0}:s:s`)) as Buffer[];
  expect(values.length).toBeGreaterThan(2);
  expect(String(values)).not.toContain("a secret of its own");
});

describe("a Redis that was started anew, and knows nothing", () => {
  it("knows sessions of connections and those that are away again, and whose they are", async () => {
    const { one, other } = await two();
    for (const id of ["held", "away", "changed"]) one.open(id, `c ${id}`);
    one.changed("held", { user: "ada", tags: { a: "1" } });
    one.subscribed("held", "news");
    one.left("away", "c away");
    await one.caughtUp();
    await server.ask("FLUSHALL");
    one.changed("changed", { user: "bob" }); // to a Redis that has forgotten it
    await server.ask("CLIENT", "KILL", "TYPE", "normal");
    const resumed = async (id: string, expected: unknown) =>
      eventually(async () => expect(await other.resume(id, "c2")).toEqual(expected));
    await resumed("held", ["ada", { a: "1" }, ["news"], false]);
    await resumed("away", NOTHING_KNOWN);
    await resumed("changed", ["bob", {}, [], false]);
    await eventually(() => expect(one.moved.sort()).toEqual(["changed c changed", "held c held"]));
  });

  it("has its sessions written again though the connection to it never broke", async () => {
    const { one, other } = await two();
    one.open("s", "c1");
    await one.caughtUp();
    await server.ask("FLUSHALL");
    one.changed("s", { tags: { a: "1" } });
    await eventually(async () => expect(await other.resume("s", "c2")).toEqual([null, { a: "1" }, [], false]));
  });
});

it("a host that starts later knows who was revoked", async () => {
  const prefix = testPrefix();
  const one = await start(prefix);
  expect(await one.revoke({ user: "ada" })).toBe(0);
  await one.caughtUp();
  const later = await start(prefix);
  await eventually(() => expect(later.revoked).toEqual(["ada"]));
});

it("a host that starts later knows who was revoked, though Redis has forgotten it meanwhile", async () => {
  const prefix = testPrefix();
  const one = await start(prefix);
  for (const user of ["ada", "bob"]) expect(await one.revoke({ user })).toBe(0);
  await one.caughtUp();
  await server.ask("FLUSHALL");
  await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:revoked`)).toBe(1));
  const later = await start(prefix);
  await eventually(() => expect(later.revoked).toEqual(["ada", "bob"]));
});

it("a client whose session Redis does not know, as it has begun to know any a moment ago, tries again", async () => {
  const prefix = testPrefix();
  const one = await start(prefix);
  expect(await one.resume("s", "c1")).toBeUndefined();
  await server.ask("DEL", `${prefix}{0}:known`);
  await server.ask("CLIENT", "KILL", "TYPE", "normal");
  await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:known`)).toBe(1));
  await eventually(async () => expect(await one.resume("s", "c1")).toBe("not now"));
});

it("a client whose session Redis has forgotten with all others, which no host has heard of, tries again until it is written", async () => {
  const { one, other } = await two();
  one.open("s", "c1");
  one.open("away", "c0");
  one.left("away", "c0");
  await one.caughtUp();
  await server.ask("FLUSHALL");
  const early = await other.resume("s", "c2");
  // it may have been written again already, as it is in a moment
  if (early !== "not now") expect(early).toEqual(NOTHING_KNOWN);
  for (const id of ["s", "away"]) {
    await eventually(async () => expect(await other.resume(id, "c3")).toEqual(NOTHING_KNOWN));
  }
  expect(await other.resume("nobody's", "c4")).toBe("not now");
});

describe("sessions that clients take from host to host at once", () => {
  it("are with one connection each in the end, and all hosts agree on which", async () => {
    const prefix = testPrefix();
    const hosts = await Promise.all([start(prefix), start(prefix), start(prefix)]);
    const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
    for (const id of ids) {
      hosts[0].open(id, `${id} first`);
      hosts[0].changed(id, { user: "ada" });
    }
    await hosts[0].caughtUp();
    let count = 0;
    const has = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
    await Promise.all(
      ids.flatMap((id) =>
        Array.from({ length: 20 }, async () => {
          count++;
          const [connection, host] = [`c${count}`, hosts[(count * 7) % hosts.length]];
          const state = await host?.resume(id, connection);
          if (Array.isArray(state)) has.get(id)?.add(`${id} ${connection}`);
          else expect(state).toBe("not now");
        }),
      ),
    );
    await Promise.all(hosts.map((host) => host.caughtUp()));
    const connections = (await Promise.all(
      ids.map((id) => server.ask("HGET", `${prefix}{0}:s:${id}`, "c")),
    )) as Buffer[];
    // a worker closes by itself what it had when the session came to another connection of its own
    await eventually(() => {
      const moved = new Set(hosts.flatMap((host) => host.moved));
      for (const [index, id] of ids.entries()) {
        expect(moved.has(`${id} ${connections[index]}`)).toBe(false);
        expect(has.get(id)?.has(`${id} ${connections[index]}`)).toBe(true);
      }
    });
    await eventually(async () => {
      for (const host of hosts) {
        expect(host.hosts.alive.size).toBe(hosts.length);
        expect(await host.tell("ada", 1)).toBe(ids.length);
      }
    });
  });
});
