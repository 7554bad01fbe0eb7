import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { RedisCore } from "../redis/redis-core.ts";
import { readRedisPlace } from "../redis/redis-place.ts";
import { RedisScope } from "../redis/redis-scope.ts";
import type { SharedRedis } from "../redis/shared-redis.ts";
import { StartError } from "../start-error.ts";
import { within } from "../within.ts";
import { HostRegistry } from "./host-registry.ts";

/** How long a start waits for Redis, in milliseconds. */
const START_MS = 30_000;

/** What this host shares with the others of its application, whatever applications its paths have. */
export class SharedHosts {
  readonly registry: HostRegistry;
  readonly #core: RedisCore;
  readonly #main: SharedRedis;

  constructor({ redis, redisPrefix: prefix, busBudget: budget, node }: Config, log: Logger) {
    this.#core = new RedisCore({ place: readRedisPlace(redis), prefix, budget, log });
    this.#main = new RedisScope(this.#core, "");
    this.registry = new HostRegistry({ redis: this.#main, node });
  }

  /** @param path of an application; an empty string for the main one */
  of(path: string): SharedRedis {
    return path === "" ? this.#main : new RedisScope(this.#core, path);
  }

  /** Resolves when other hosts have been told of this one. @throws StartError where that takes too long */
  async ready(): Promise<void> {
    await within(
      this.registry.known,
      START_MS,
      () => new StartError(`REDIS_URL: ${this.#core.name} cannot be reached. Is it running?`),
    );
  }

  async close(): Promise<void> {
    await this.registry.close();
    this.#core.close();
  }

  /** Ends it at once. */
  kill(): void {
    this.#core.close();
  }
}
