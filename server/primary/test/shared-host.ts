import { HostRegistry } from "../../hosts/host-registry.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { RedisCore } from "../../redis/redis-core.ts";
import { readRedisPlace } from "../../redis/redis-place.ts";
import { RedisScope } from "../../redis/redis-scope.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import { eventually } from "../../test/patience.ts";

/** A host of an application, as far as Redis is concerned, for many tests. */
export interface SharedHost {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** What all that it has in Redis begins with. */
  readonly prefix: string;
  /** What was logged, one text for each record. */
  readonly log: readonly string[];
  /** Ends it without a word, as when it is killed. */
  kill(): void;
}

/** Starts a host, and waits until Redis can be asked. */
export async function startSharedHost(url: string, prefix: string): Promise<SharedHost> {
  const log: string[] = [];
  const write = (fields: unknown, text?: string): void => void log.push(`${text ?? ""} ${JSON.stringify(fields)}`);
  const logger = { info: write, warn: write, error: write };
  const core = new RedisCore({ place: readRedisPlace(url), prefix, budget: 16_777_216, log: logger });
  const redis = new RedisScope(core, "");
  const hosts = new HostRegistry({ redis, node: core.host });
  await eventually(() => {
    if (!core.isUp || !hosts.alive.has(core.host)) throw new Error(log.join("\n"));
  });
  return { redis, hosts, prefix, log, kill: () => void core.close() };
}
