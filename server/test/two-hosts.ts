import { afterAll, expect, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../links/test/redis-server.ts";
import { Cluster, type ClusterOptions, serving } from "./cluster.ts";
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
export function startTwoHosts(options: ClusterOptions = {}): Promise<TwoHosts> {
  return startHosts(options, onTestFinished);
}

/**
 * Two hosts for the tests of a file that leave nothing there that another one could see, as in {@link shareClusters};
 * they are started for the first test that asks for them.
 */
export function shareTwoHosts(options: ClusterOptions = {}): () => Promise<TwoHosts> {
  const ends: (() => unknown)[] = [];
  let starting: Promise<TwoHosts> | undefined;
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return async () => {
    const known = starting;
    starting ??= startHosts(options, (end) => ends.push(end));
    const hosts = await starting;
    if (known !== undefined) await Promise.all([hosts.one.asAtFirst(), hosts.two.asAtFirst()]);
    return hosts;
  };
}

/** @param atEnd is given what is to be done in the end, the first last */
async function startHosts(options: ClusterOptions, atEnd: (end: () => Promise<void>) => unknown): Promise<TwoHosts> {
  const redis = await startRedis();
  atEnd(() => redis.end());
  const start = (node: string): Promise<Cluster> => {
    const cluster = new Cluster({ ...options, env: { ...options.env, REDIS_URL: redis.url, NODE_NAME: node } });
    atEnd(() => cluster.end());
    return serving(cluster);
  };
  const [one, two] = await Promise.all([start("one"), start("two")]);
  await eventually(async () => {
    for (const host of [one, two]) expect(await host.json("/workers")).toMatchObject({ hosts: { length: 2 } });
  });
  return { redis, one, two, start };
}
