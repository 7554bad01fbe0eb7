import { afterAll, beforeAll, describe } from "vitest";
import { startRedisCluster } from "./redis-cluster-servers.ts";
import { startRedis } from "./redis-server.ts";

/**
 * Tests with one Redis, and with a Cluster; each is started once for all of them.
 * @param name what they are about; what Redis it is comes behind it
 * @param tests gets where Redis is, once a test runs, and what kind it is
 */
export function describeEachRedis(name: string, tests: (url: () => string, kind: string) => void): void {
  describe.each([
    ["one Redis", startRedis],
    ["a Redis Cluster", startRedisCluster],
  ])(`${name} %s`, (kind, start) => {
    let url = "";
    let end: () => Promise<void> = async () => undefined;
    beforeAll(async () => {
      const server = await start();
      url = server.url;
      end = () => server.end();
    });
    afterAll(() => end());
    tests(() => url, kind);
  });
}
