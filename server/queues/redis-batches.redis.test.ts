import { beforeAll, expect, it } from "vitest";
import { connectRedis, type RedisLink } from "../links/redis.ts";
import { startRedis } from "../links/test/redis-server.ts";
import { type BatchScript, RedisBatches } from "./redis-batches.ts";
import { EACH } from "./redis-scripts.ts";

let link: RedisLink;
beforeAll(async () => {
  const redis = await startRedis();
  link = await connectRedis({ url: redis.url }, () => undefined, new AbortController().signal);
  return async () => {
    link.close();
    await redis.end();
  };
});

/** Appends each thing to a list; refuses what is called so. */
const APPEND: BatchScript = {
  name: "append",
  source: `${EACH}
    local things = {}
    while place <= #data do things[#things + 1] = take() end
    for _, thing in ipairs(things) do if thing == 'refused' then return redis.error_reply('REFUSED it') end end
    redis.call('RPUSH', KEYS[1], ARGV[2], unpack(things))`,
  rest: ["batch"],
};

const batches = new RedisBatches();
const append = (list: string, thing: string | Buffer) =>
  batches.run(link, APPEND, list, () => [list], [thing], thing.length);
const listed = (list: string) => link.command(["LRANGE", list, "0", "-1"]);

it("what comes in one turn and concerns the same keys is done at once, in its order and byte for byte", async () => {
  const strange = Buffer.from([0, 1, 128, 255, 13, 10]);
  await Promise.all([append("a", "one"), append("b", "other"), append("a", ""), append("a", "zwölf")]);
  expect(await listed("a")).toEqual(["batch", "one", "", "zwölf"]);
  expect(await listed("b")).toEqual(["batch", "other"]);
  await append("c", strange);
  expect(await link.command(["EVAL", "return redis.call('LINDEX', 'c', 1) == ARGV[1]", "0", strange])).toBe(1);
});

it("more than a script is to take at once goes to several", async () => {
  await Promise.all(Array.from({ length: 300 }, (_, place) => append("many", String(place))));
  const found = (await listed("many")) as string[];
  expect(found.filter((thing) => thing !== "batch")).toEqual(Array.from({ length: 300 }, (_, place) => String(place)));
  expect(found.length).toBe(303);
});

it("one of them that Redis refuses does not have the others refused", async () => {
  const outcomes = await Promise.allSettled(["one", "refused", "two"].map((thing) => append("some", thing)));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await listed("some")).toEqual(["batch", "one", "batch", "two"]);
});

it("a script that Redis was made to forget is told again", async () => {
  await append("kept", "one");
  await link.command(["SCRIPT", "FLUSH"]);
  await append("kept", "two");
  expect(await listed("kept")).toEqual(["batch", "one", "batch", "two"]);
});
