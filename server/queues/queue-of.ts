import type { Config } from "../config.ts";
import type { JobQueueOptions } from "./create-job-queue.ts";

/** The broker that a configuration has jobs go to; undefined where it has none. */
export function brokerOf({
  amqpUrl,
  queueRedisUrl,
  redis,
}: Config): Pick<JobQueueOptions, "amqpUrl" | "redisUrl"> | undefined {
  if (amqpUrl !== "") return { amqpUrl };
  if (queueRedisUrl !== "") return { redisUrl: queueRedisUrl };
  // Sentinels and Clusters have no such queue
  return /^rediss?:/.test(redis) ? { redisUrl: redis } : undefined;
}

/**
 * Redis: replies that a host had taken and has not done with are another's after so many milliseconds without a sign of life
 * of that host. Servers do no jobs, which may take longer.
 */
const REPLY_CLAIM_MS = 5_000;

/**
 * The name of an application's queue.
 * @param path where it is, of one beside the main one: it has a queue of its own, as `fugitive-chat` is that of `/chat`
 */
export function queueNameOf(queueName: string, path: string): string {
  return `${queueName}${path.replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "")}`;
}

/** The options of the queue of an application. @param path see {@link queueNameOf} */
export function queueOptions(config: Config, path: string): JobQueueOptions {
  const name = queueNameOf(config.queueName, path);
  return { ...brokerOf(config), name, quorum: config.queueQuorum === "on", claimAfterMs: REPLY_CLAIM_MS };
}
