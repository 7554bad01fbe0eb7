import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../server/links/test/redis-server.ts";
import { findingsOf, runDoctor } from "./test/run-doctor.ts";

const FLAGS = ["--port", "0", "--control-port", "off"];

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis("--maxmemory-policy", "allkeys-lru");
});

afterAll(() => redis.end());

it("says which Redis is there, how far away, and what it would throw away", async () => {
  const found = await findingsOf("Redis", FLAGS, { REDIS_URL: redis.url });
  expect(found).toEqual([
    { status: "ok", found: expect.stringMatching(/^127\.0\.0\.1:\d+: version \d+\.\S+, [\d.]+ ms there and back$/) },
    {
      status: "warning",
      found: expect.stringContaining("maxmemory-policy is allkeys-lru"),
      remedy: expect.stringContaining("noeviction"),
    },
  ]);
  expect(await findingsOf("clock", FLAGS, { REDIS_URL: redis.url })).toMatchObject([{ status: "ok" }]);
});

it("says where a user may not run scripts, and shows no password", async () => {
  await redis.ask("ACL", "SETUSER", "ann", "on", ">hush", "~*", "+@all", "-@scripting", "-info");
  const { code, text } = await runDoctor(FLAGS, { REDIS_URL: redis.url.replace("//", "//ann:hush@") });
  expect(code).toBe(1);
  expect(text).toContain("scripts may not be run: ");
  expect(text).toContain("does not tell this user how it is set up");
  const wrong = await runDoctor(FLAGS, { REDIS_URL: redis.url.replace("//", "//ann:wrong-word@") });
  expect(wrong.text).toMatch(/problem {2}Redis {11}REDIS_URL: .*WRONGPASS/);
  expect(text + wrong.text).not.toMatch(/hush|wrong-word/);
});

it("changes nothing there", async () => {
  expect(await redis.ask("DBSIZE")).toBe(0);
});
