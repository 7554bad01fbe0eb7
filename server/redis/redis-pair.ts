import type { Link } from "../links/lifeline.ts";
import {
  connectRedis,
  connectRedisSubscriber,
  type RedisArgument,
  type RedisReceived,
  type RedisSubscriber,
} from "../links/redis.ts";
import { connectRedisCluster } from "../links/redis-cluster.ts";
import type { RedisPlace } from "./redis-place.ts";

/** The two connections of a host: both are there, or neither is. */
export interface RedisPair extends Link, Pick<RedisSubscriber, "subscribe" | "unsubscribe"> {
  /**
   * Asks whoever has a key.
   * @throws RedisRefusal where Redis answers with an error, and other errors where it cannot be asked
   */
  command(key: RedisArgument, args: readonly RedisArgument[]): Promise<unknown>;
}

type Lost = (error: Error) => void;

/** Connects twice to the same server; to one of a Cluster's nodes for what is published, as each hears of all. */
export async function connectPair(place: RedisPlace, lost: Lost, signal: AbortSignal): Promise<RedisPair> {
  if (place.kind === "cluster") return connectToCluster(place.nodes, lost, signal);
  const url = place.kind === "single" ? place.url : await findMaster(place, signal);
  const link = await connectRedis({ url, buffers: true }, lost, signal);
  return paired(link, (_, args) => link.command(args), subscriberOf(link, url, lost, signal));
}

async function connectToCluster(nodes: readonly string[], lost: Lost, signal: AbortSignal): Promise<RedisPair> {
  const cluster = await connectRedisCluster(nodes, signal);
  const { masters } = cluster;
  const url = masters[Math.floor(Math.random() * masters.length)] ?? "";
  return paired(cluster, (key, args) => cluster.command(key, args), subscriberOf(cluster, url, lost, signal));
}

/** The second connection; where there is none to be had, the first one is of no use either. */
function subscriberOf(first: Link, url: string, lost: Lost, signal: AbortSignal): Promise<RedisSubscriber> {
  return connectRedisSubscriber({ url }, lost, signal).catch((error: unknown) => {
    first.close();
    throw error;
  });
}

async function paired(
  first: Link,
  command: RedisPair["command"],
  second: Promise<RedisSubscriber>,
): Promise<RedisPair> {
  const subscriber = await second;
  return {
    command,
    subscribe: (channels: readonly string[], received: RedisReceived, patterns: boolean) =>
      subscriber.subscribe(channels, received, patterns),
    unsubscribe: (channel: string, received: RedisReceived, pattern: boolean) =>
      subscriber.unsubscribe(channel, received, pattern),
    close() {
      subscriber.close();
      first.close();
    },
  };
}

/** Asks one Sentinel after the other where the server is now. */
async function findMaster(
  { sentinels, master, urlOf }: RedisPlace & { kind: "sentinel" },
  signal: AbortSignal,
): Promise<string> {
  let failure = new Error("there are no Sentinels");
  for (const url of sentinels) {
    try {
      const link = await connectRedis({ url }, () => undefined, signal);
      try {
        const answer = (await link.command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master])) as [string, string] | null;
        if (answer !== null) return urlOf(answer[0], answer[1]);
        failure = new Error(`the Sentinel at ${new URL(url).host} knows no "${master}"`);
      } finally {
        link.close();
      }
    } catch (error) {
      failure = error as Error;
    }
  }
  throw failure;
}
