import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { HostRegistry } from "../../hosts/host-registry.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { eventually } from "../../test/patience.ts";
import { RedisCore } from "../redis-core.ts";
import { readRedisPlace } from "../redis-place.ts";
import { RedisScope } from "../redis-scope.ts";
import type { SharedRedis } from "../shared-redis.ts";

/** A host of an application, as far as Redis is concerned. */
export interface TestHost {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** What was logged, one text for each record. */
  readonly log: readonly string[];
  /** Ends it without a word, as when it is killed. */
  kill(): void;
}

/** A name that no other test has. */
export function testPrefix(): string {
  return `${randomBytes(6).toString("hex")}:`;
}

/** Starts a host, and waits until Redis can be asked. */
export async function startHost(url: string, prefix: string, budget = 16_777_216): Promise<TestHost> {
  const log: string[] = [];
  const write = (fields: unknown, text?: string): void => void log.push(`${text ?? fields}`);
  const logger = { info: write, warn: write, error: write };
  const core = new RedisCore({ place: readRedisPlace(url), prefix, budget, log: logger });
  const redis = new RedisScope(core, "");
  const hosts = new HostRegistry({ redis, node: core.host });
  const kill = (): void => {
    core.close();
  };
  onTestFinished(kill);
  await eventually(() => {
    if (!core.isUp || !hosts.alive.has(core.host)) throw new Error(log.join("\n"));
  });
  return { redis, hosts, log, kill };
}
