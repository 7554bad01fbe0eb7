import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../server/links/test/redis-server.ts";
import { EXAMPLES, lasting, needsOf, shownOutput } from "./test/examples.ts";
import { runClient, startExample } from "./test/run-example.ts";

const HERE = EXAMPLES.filter((example) => needsOf(example) === "redis");

describe("docs/examples with a Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.end());

  it.each(HERE)("$name runs, and its client says what its guide shows", async (example) => {
    const shown = shownOutput(example);
    const places = await startExample(example, onTestFinished, redis.url);
    const said = await runClient(example, shown.split("\n").length - 1, places, onTestFinished);
    expect(lasting(said)).toBe(lasting(shown));
  });
});
