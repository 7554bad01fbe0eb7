import { expect, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { eventually } from "./patience.ts";

/** Two servers of one application, and the Redis that they share. */
export interface TwoHosts {
  readonly redis: RedisServer;
  readonly one: Cluster;
  readonly two: Cluster;
  /** Starts one more. */
  start(node: string): Promise<Cluster>;
}

/** Starts them, in processes of their own, for one test. */
export async function startTwoHosts(options: ClusterOptions = {}): Promise<TwoHosts> {
  const redis = await startRedis();
  onTestFinished(() => redis.end());
  const start = (node: string): Promise<Cluster> =>
    startCluster({ ...options, env: { ...options.env, REDIS_URL: redis.url, NODE_NAME: node } });
  const [one, two] = await Promise.all([start("one"), start("two")]);
  await eventually(async () => {
    for (const host of [one, two]) expect(await host.json("/workers")).toMatchObject({ hosts: { length: 2 } });
  });
  return { redis, one, two, start };
}
