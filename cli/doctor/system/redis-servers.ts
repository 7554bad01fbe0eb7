import type { Config } from "../../../server/config.ts";
import { connectRedis, type RedisLink } from "../../../server/links/redis.ts";
import { type RedisPlace, readRedisPlace } from "../../../server/redis/redis-place.ts";

/** Something that the configuration sets, and what it is called there. */
export interface ConfiguredUrl {
  readonly name: string;
  readonly url: string;
}

/** Every Redis of the configuration, each once. */
export function redisUrls(config: Config): readonly ConfiguredUrl[] {
  const all = [
    { name: "REDIS_URL", url: config.redis },
    { name: "GATEWAY_REDIS", url: config.gatewayRedis },
    { name: "QUEUE_REDIS_URL", url: config.queueRedisUrl },
  ];
  return all.filter(({ url }, at) => url !== "" && all.findIndex((other) => other.url === url) === at);
}

/** Asks a server, or each that is named of a Cluster. Rejects where one cannot be asked. */
export async function redisOf<Value>(
  url: string,
  signal: AbortSignal,
  ask: (link: RedisLink, url: string) => Promise<Value>,
): Promise<readonly Value[]> {
  const urls = await serversOf(readRedisPlace(url), signal);
  return Promise.all(urls.map((one) => withLink(one, signal, (link) => ask(link, one))));
}

async function serversOf(place: RedisPlace, signal: AbortSignal): Promise<readonly string[]> {
  if (place.kind === "single") return [place.url];
  if (place.kind === "cluster") return place.nodes;
  const asked = place.sentinels.map((sentinel) =>
    withLink(sentinel, signal, (link) => link.command(["SENTINEL", "get-master-addr-by-name", place.master])),
  );
  const address: unknown = await Promise.any(asked);
  if (!Array.isArray(address)) throw new Error(`the Sentinels know nothing of ${place.master}`);
  return [place.urlOf(String(address[0]), String(address[1]))];
}

async function withLink<Value>(
  url: string,
  signal: AbortSignal,
  ask: (link: RedisLink) => Promise<Value>,
): Promise<Value> {
  let fail: ((error: Error) => void) | undefined;
  const lost = new Promise<never>((_, reject) => {
    fail = reject;
  });
  lost.catch(() => undefined);
  const link = await connectRedis({ url }, (error) => fail?.(error), signal);
  signal.addEventListener("abort", link.close);
  try {
    return await Promise.race([ask(link), lost]);
  } finally {
    signal.removeEventListener("abort", link.close);
    link.close();
  }
}
