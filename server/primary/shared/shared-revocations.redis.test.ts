import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../links/test/redis-server.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { SharedRevocations } from "./shared-revocations.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.end());

const KEPT_MS = 3_600_000;
const MINUTES_MS = 600_000;

/** A host, and what it has read of revocations. */
async function start(prefix: string, most = 10_000) {
  const read: [user: string, time: number, code: number][] = [];
  const { redis } = await startHost(server.url, prefix);
  const revocations = new SharedRevocations(
    { redis, keptMs: KEPT_MS, most },
    {
      revoked: () => 0,
      revokedBefore: (...revocation) => void read.push(revocation),
      revocations: () => [],
    },
  );
  const tell = (user: string, time: number, code: number) =>
    new Promise<void>((resolve, reject) => {
      revocations.tell(user, time, code, 0, (error) => (error === undefined ? resolve() : reject(error)));
    });
  return { read, revocations, tell };
}

it("a revocation that Redis is told of late is read by those who have read all before, with its close code", async () => {
  const prefix = testPrefix();
  const [one, other] = await Promise.all([start(prefix), start(prefix)]);
  const now = Date.now();
  await other.tell("ada", now, 4401);
  one.revocations.load();
  await eventually(() => expect(one.read).toEqual([["ada", now, 4401]]));
  await other.tell("bob", now - MINUTES_MS, 4403);
  one.revocations.load();
  await eventually(() => expect(one.read).toContainEqual(["bob", now - MINUTES_MS, 4403]));
});

it("many are read, each once, though they come in the same millisecond, and not more than are kept", async () => {
  const prefix = testPrefix();
  const most = 2_200;
  const [one, other] = await Promise.all([start(prefix, most), start(prefix, most)]);
  const now = Date.now();
  const users = Array.from({ length: 2_500 }, (_, index) => `u${index}`);
  await Promise.all(users.map((user) => other.tell(user, now, 4401)));
  one.revocations.load();
  await eventually(() => expect(one.read.map(([user]) => user)).toEqual(users.slice(-most)));
  expect(await server.ask("HLEN", `${prefix}{0}:revoked:of`)).toBe(most);
});

it("a user's revocation stays the latest, whatever the clock of who revokes again", async () => {
  const prefix = testPrefix();
  const one = await start(prefix);
  const now = Date.now();
  await one.tell("ada", now, 4401);
  await one.tell("ada", now - MINUTES_MS, 4403);
  one.revocations.load();
  await eventually(() => expect(one.read).toEqual([["ada", now, 4403]]));
});
