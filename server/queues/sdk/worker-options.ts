import { MAX_TIMER_MS } from "../../../shared/limit.ts";
import { LOG_OPTIONS } from "../../config/log-options.ts";
import type { Option } from "../../config/option.ts";
import { shortText, wholeNumber } from "../../config/option-types.ts";
import { QUEUE_OPTIONS } from "../../config/queue-options.ts";

type WorkerOption<Value> = Omit<Option<Value>, "group">;

function option<Value>(definition: WorkerOption<Value>): WorkerOption<Value> {
  return definition;
}

/** What `fugitive worker` can be told, by a flag or in the environment. */
export const WORKER_OPTIONS = {
  group: option({
    env: "WORKER_GROUP",
    flag: "group",
    type: shortText(64),
    default: "default",
    description: "group whose jobs it takes",
  }),
  concurrency: option({
    env: "WORKER_CONCURRENCY",
    flag: "concurrency",
    type: wholeNumber(1, 10_000),
    default: 1,
    description: "jobs that may be under way at the same time",
  }),
  graceMs: option({
    env: "WORKER_GRACE_MS",
    flag: "grace-ms",
    type: wholeNumber(0, MAX_TIMER_MS),
    default: 30_000,
    description: "milliseconds that jobs have to end when the worker does",
  }),
  name: option({
    env: "QUEUE_NAME",
    flag: "name",
    type: shortText(64),
    default: "fugitive",
    description: "name of the application at the broker, as its servers have it",
  }),
  retryMs: option({
    env: "QUEUE_RETRY_MS",
    flag: "retry-ms",
    type: wholeNumber(1, MAX_TIMER_MS),
    default: 1_000,
    description: "milliseconds until a job that failed is tried again, twice as many each time",
  }),
  claimAfterMs: option({
    env: "QUEUE_CLAIM_AFTER_MS",
    flag: "claim-after-ms",
    type: wholeNumber(100, MAX_TIMER_MS),
    default: 30_000,
    description: "Redis: milliseconds without a sign of life until a job is another's",
  }),
  quorum: {
    ...QUEUE_OPTIONS.queueQuorum,
    flag: "quorum",
    description: "RabbitMQ: whether queues are quorum queues, as its servers have it",
  },
  amqpUrl: { ...QUEUE_OPTIONS.amqpUrl, description: "RabbitMQ" },
  redisUrl: {
    ...QUEUE_OPTIONS.queueRedisUrl,
    description: "or Redis; where neither is set, REDIS_URL is looked at",
  },
  logLevel: LOG_OPTIONS.logLevel,
  logFormat: LOG_OPTIONS.logFormat,
};

type Options = typeof WORKER_OPTIONS;
export type WorkerOptionKey = keyof Options;

/** Every option's value, checked. */
export type WorkerSettings = {
  readonly [Key in WorkerOptionKey]: Options[Key] extends WorkerOption<infer Value> ? Value : never;
};

export const WORKER_OPTION_KEYS = Object.keys(WORKER_OPTIONS) as readonly WorkerOptionKey[];
