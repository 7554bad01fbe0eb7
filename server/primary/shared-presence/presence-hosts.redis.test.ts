import { afterAll, beforeAll, describe } from "vitest";
import { startRedisCluster } from "../../links/test/redis-cluster-servers.ts";
import { startRedis } from "../../links/test/redis-server.ts";
import { testPrefix } from "../../redis/test/hosts.ts";
import { describePresence } from "../test/presence-suite.ts";
import { startSharedHost } from "../test/shared-host.ts";
import { SharedPresence } from "./shared-presence.ts";

describe.each([
  ["two hosts with one Redis", startRedis],
  ["two hosts with a Redis Cluster", startRedisCluster],
])("%s", (name, start) => {
  let keepers: [SharedPresence, SharedPresence];
  let end = async (): Promise<void> => undefined;

  beforeAll(async () => {
    const server = await start();
    const prefix = testPrefix();
    const one = await startSharedHost(server.url, prefix);
    const other = await startSharedHost(server.url, prefix);
    keepers = [
      new SharedPresence({ ...one, budget: 10_000_000 }),
      new SharedPresence({ ...other, budget: 10_000_000 }),
    ];
    end = async () => {
      for (const keeper of keepers) keeper.close();
      for (const host of [one, other]) host.kill();
      await server.end();
    };
  });
  afterAll(() => end());

  describePresence(name, () => keepers);
});
