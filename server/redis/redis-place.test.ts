import { describe, expect, it } from "vitest";
import { nameOfRedis, readRedisPlace } from "./redis-place.ts";

describe("a URL of Redis", () => {
  it("is one server", () => {
    const place = readRedisPlace("redis://ann:secret@db:6380/3");
    expect(place).toEqual({ kind: "single", url: "redis://ann:secret@db:6380/3" });
    expect(nameOfRedis(place)).toBe("Redis at db:6380");
  });

  it("is a server of Sentinels, which are asked without its login", () => {
    const place = readRedisPlace("rediss-sentinel://ann:secret@one,two:5000/main/2");
    expect(place).toMatchObject({
      kind: "sentinel",
      sentinels: ["rediss://one:26379", "rediss://two:5000"],
      master: "main",
    });
    if (place.kind !== "sentinel") throw new Error();
    expect(place.urlOf("10.0.0.7", "6379")).toBe("rediss://ann:secret@10.0.0.7:6379/2");
    expect(place.urlOf("::1", "6379")).toBe("rediss://ann:secret@[::1]:6379/2");
    expect(nameOfRedis(place)).toBe('Redis "main", of the Sentinels at one:26379, two:5000');
  });

  it("is a Cluster, of which some nodes are named", () => {
    const place = readRedisPlace("redis-cluster://:secret@one:7000,two");
    expect(place).toEqual({ kind: "cluster", nodes: ["redis://:secret@one:7000", "redis://:secret@two:6379"] });
    expect(nameOfRedis(place)).toBe("the Redis Cluster at one:7000, two:6379");
  });

  it.each([
    "http://db",
    "redis://",
    "redis://one,two",
    "redis-cluster://one/0",
    "redis-sentinel://one",
    "redis-sentinel://one/main/0/more",
    "redis-cluster://one:port",
    "redis-cluster://secret@",
  ])("%s is none, and the error has nothing of it", (url) => {
    expect(() => readRedisPlace(url)).toThrow(TypeError);
    expect(() => readRedisPlace(url)).not.toThrow(/secret/);
  });
});
