import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { RedisCore } from "../redis/redis-core.ts";
import type { RedisCounts } from "../redis/redis-counts.ts";
import { readRedisPlace } from "../redis/redis-place.ts";
import { RedisScope } from "../redis/redis-scope.ts";
import type { SharedRedis } from "../redis/shared-redis.ts";
import { StartError } from "../start-error.ts";
import { within } from "../within.ts";
import { HostRegistry } from "./host-registry.ts";

/** How long an end waits for Redis to hear the last of it, in steps of so many milliseconds. */
const LAST_STEPS = 50;
const LAST_STEP_MS = 20;
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

  /** Whether Redis can be asked now. */
  get isUp(): boolean {
    return this.#core.isUp;
  }

  /** Bytes that wait to be asked of it. */
  get waiting(): number {
    return this.#core.waiting;
  }

  /** What became of what this host asked of it. */
  get counts(): Readonly<RedisCounts> {
    return this.#core.counts;
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

  /** Ends it, when Redis has heard what was said last; or soon after, where it does not listen. */
  async close(): Promise<void> {
    await this.registry.close();
    for (let steps = 0; steps < LAST_STEPS && this.#core.isUp && this.#core.busy; steps++) await sleep(LAST_STEP_MS);
    this.#core.close();
  }

  /** Ends it at once. */
  kill(): void {
    this.#core.close();
  }
}
