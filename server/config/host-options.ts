import { readRedisPlace } from "../redis/redis-place.ts";
import { option } from "./option.ts";
import { oneOf, shortText, textFor } from "./option-types.ts";

/** What servers on several machines share. */
export const HOST_OPTIONS = {
  redis: option({
    env: "REDIS_URL",
    flag: "redis",
    type: textFor("a URL of Redis", readRedisPlace),
    default: "",
    defaultText: "none",
    secret: true,
    description: "Redis, Sentinels or Cluster that several servers share",
    group: "hosts",
  }),
  redisPrefix: option({
    env: "REDIS_PREFIX",
    flag: "redis-prefix",
    type: shortText(64).regex(/^[^{}]*$/, "text without braces"),
    default: "fugitive:",
    description: "what all names there begin with; the same for all servers",
    group: "hosts",
  }),
  redisAway: option({
    env: "REDIS_AWAY",
    flag: "redis-away",
    type: oneOf("refuse", "local"),
    default: "refuse",
    description: "while it is away, what is not kept: refuse, or local",
    group: "hosts",
  }),
};
