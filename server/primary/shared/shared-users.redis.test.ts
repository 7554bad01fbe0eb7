import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import type { Ran, SharedRedis } from "../../redis/shared-redis.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { knowOneAnother, startSessionHost } from "../test/session-hosts.ts";
import { startBus, startWorker } from "../test/session-worker.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

/** Redis, with what is done by one function heard of only when that is let through. */
function slow(redis: SharedRedis, name: string): { redis: SharedRedis; letThrough(): void } {
  const held: (() => void)[] = [];
  const run: SharedRedis["run"] = (script, partition, called, args, ran) => {
    const hear: Ran = (error, answer) => void held.push(() => ran?.(error, answer));
    redis.run(script, partition, called, args, called === name ? hear : ran);
  };
  const get = (target: SharedRedis, key: keyof SharedRedis): unknown => {
    const value: unknown = key === "run" ? run : target[key];
    return typeof value === "function" ? value.bind(target) : value;
  };
  return {
    redis: new Proxy(redis, { get: (target, key) => get(target, key as keyof SharedRedis) }),
    letThrough: () => {
      for (const hear of held) hear();
    },
  };
}

describe("a user who is revoked", () => {
  it("has no session left at a host by whose clock that was done before, and later than this", async () => {
    const prefix = testPrefix();
    const [one, other] = await Promise.all([
      startSessionHost(server.url, prefix),
      startSessionHost(server.url, prefix),
    ]);
    await knowOneAnother(one, other);
    const ahead = Date.now() + 3_000;
    const clock = vi.spyOn(Date, "now").mockReturnValue(ahead);
    await other.revoke({ user: "ada" });
    clock.mockRestore();
    other.open("s", "c1");
    other.changed("s", { user: "ada" });
    await other.caughtUp();
    expect(await one.revoke({ user: "ada" })).toBe(1);
    await eventually(() => expect(other.ended).toEqual([["s", "c1", 4401]]));
    expect(await one.resume("s", "c2")).toBeUndefined();
  });

  it("has no session left at a host that was killed a moment ago, which nobody knows of yet", async () => {
    const prefix = testPrefix();
    const [one, other] = await Promise.all([
      startSessionHost(server.url, prefix),
      startSessionHost(server.url, prefix),
    ]);
    one.open("s", "c1");
    one.changed("s", { user: "ada" });
    await one.caughtUp();
    await knowOneAnother(one, other);
    one.kill();
    expect(await other.revoke({ user: "ada" })).toBe(1);
    expect(await other.resume("s", "c2")).toBeUndefined();
  });

  it("has no session left at a host that was killed after a call of another one said whose it is", async () => {
    const prefix = testPrefix();
    const [one, other] = await Promise.all([
      startSessionHost(server.url, prefix),
      startSessionHost(server.url, prefix),
    ]);
    one.open("s", "c1");
    await one.caughtUp();
    other.changed("s", { user: "ada" });
    await eventually(() => expect(one.changes).toEqual([["s", { user: "ada" }]]));
    await eventually(async () => expect(await server.ask("EXISTS", `${prefix}{0}:u:ada`)).toBe(1));
    one.kill();
    expect(await other.revoke({ user: "ada" })).toBe(1);
    expect(await other.resume("s", "c2")).toBeUndefined();
  });

  it("has no session left that another host was just about to go on with", async () => {
    const prefix = testPrefix();
    const one = await startSessionHost(server.url, prefix);
    const host = await startHost(server.url, prefix);
    const { redis, letThrough } = slow(host.redis, "resume");
    const other = await startWorker(await startBus({ ...host, redis }));
    one.open("s", "c1");
    one.changed("s", { user: "ada" });
    await one.caughtUp();
    await knowOneAnother(one, host);
    const resumed = other.resume("s", "c2");
    await eventually(async () =>
      expect(String(await server.ask("HGET", `${prefix}{0}:s:s`, "h"))).toBe(host.redis.host),
    );
    await one.revoke({ user: "ada" });
    letThrough();
    expect(await resumed).toEqual(["ada", {}, [], false]);
    await eventually(() => expect(other.ended).toEqual([["s", "c2", 4401]]));
    expect(await one.resume("s", "c3")).toBeUndefined();
  });
});
