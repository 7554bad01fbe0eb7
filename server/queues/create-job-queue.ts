import type { Logger } from "../logger.ts";
import type { JobQueue } from "./job-queue.ts";
import { type RabbitQueueOptions, rabbitQueue } from "./rabbitmq-queue.ts";
import { type RedisQueueOptions, redisQueue } from "./redis-queue.ts";

/** Where jobs go: one of the three URLs. */
export interface JobQueueOptions extends Omit<RabbitQueueOptions, "url">, Omit<RedisQueueOptions, "url"> {
  /** Of either, told by what it begins with. */
  readonly url?: string;
  readonly amqpUrl?: string;
  readonly redisUrl?: string;
}

/**
 * Opens a queue, by way of RabbitMQ or of Redis. It comes back by itself where the broker is lost, or is not there yet.
 * @throws TypeError where there is not exactly one URL, or it is none; RangeError where a name is none, or a number out of its limits
 */
export function createJobQueue(options: JobQueueOptions, log: Pick<Logger, "warn" | "info">): JobQueue {
  const { url, amqpUrl, redisUrl, ...others } = options;
  const given = [url, amqpUrl, redisUrl].filter((one) => one !== undefined);
  const [one] = given;
  if (one === undefined || given.length > 1) throw new TypeError("A queue needs one of url, amqpUrl and redisUrl.");
  const isRedis = redisUrl !== undefined || (amqpUrl === undefined && /^rediss?:/.test(one));
  return isRedis ? redisQueue({ ...others, url: one }, log) : rabbitQueue({ ...others, url: one }, log);
}
