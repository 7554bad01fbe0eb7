/**
 * What a program imports that does jobs for servers, and that needs nothing of them but the broker.
 *
 * @module fugitive/worker
 */
import { createLogger, type Logger } from "../../logger.ts";
import { createJobQueue, type JobQueueOptions } from "../create-job-queue.ts";
import { checkGroup } from "../job.ts";
import type { QueueStats } from "../job-queue.ts";
import { prepareProcedures, type WorkerProcedures } from "./worker-procedures.ts";

export { AppError } from "../../../shared/errors.ts";
export type { QueueStats } from "../job-queue.ts";
export type { SessionChange } from "../reply.ts";
export type { WorkerContext } from "./worker-context.ts";
export {
  defineProcedures,
  type WorkerInputOf,
  type WorkerOutputOf,
  type WorkerProcedure,
  type WorkerProcedures,
} from "./worker-procedures.ts";

type BrokerOptions = Pick<
  JobQueueOptions,
  "url" | "amqpUrl" | "redisUrl" | "name" | "quorum" | "claimAfterMs" | "retryMs"
>;

/** What a worker does, how much of it at a time, and where its jobs come from: the `url` of RabbitMQ or of Redis. */
export interface WorkerOptions extends BrokerOptions {
  /** Workers of one group share its jobs; each takes those of its own procedures. */
  readonly group: string;
  readonly procedures: WorkerProcedures;
  /** How many jobs may be under way at the same time. @default 1 */
  readonly concurrency?: number;
  /** @default lines like those of a server, from "info" on */
  readonly log?: Pick<Logger, "info" | "warn">;
}

/** A worker that takes jobs, until it is closed. */
export interface Worker {
  /** Jobs that are under way. */
  readonly running: number;
  /** What this worker has seen since it was made. */
  stats(): QueueStats;
  /**
   * Takes nothing new, finishes what is under way, and hands back what is not done in time: others do it from its beginning,
   * as the same attempt. The broker may take a few seconds more to hear of it all.
   * @param limitMs how long that may take, in milliseconds, `Infinity` for as long as it takes @default 30_000
   * @returns how many jobs were handed back
   */
  close(limitMs?: number): Promise<number>;
}

const CLOSE_MS = 30_000;

/**
 * Starts a worker. It comes back by itself where the broker is lost, or is not there yet.
 * @throws TypeError, RangeError where an option is none
 */
export function createWorker(options: WorkerOptions): Worker {
  const {
    group,
    procedures,
    concurrency = 1,
    log = createLogger({ level: "info", format: "auto" }),
    ...broker
  } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1 || concurrency > 10_000) {
    throw new RangeError("A worker's concurrency is a whole number from 1 to 10_000.");
  }
  checkGroup(group);
  const prepared = prepareProcedures(procedures, (job, error) => {
    const { id, procedure, attempt } = job;
    log.warn({ error, job: id, procedure, attempt }, `an attempt at ${procedure} has failed`);
  });
  const queue = createJobQueue(broker, log);
  const consumer = queue.consume({ group, procedures: [...prepared.keys()], concurrency }, (job, run) => {
    const procedure = prepared.get(job.procedure);
    if (procedure === undefined) throw new Error(`This worker has no procedure "${job.procedure}".`);
    return procedure(job, run);
  });
  let closing: Promise<number> | undefined;
  async function close(limitMs: number): Promise<number> {
    const left = await consumer.close(limitMs);
    await queue.close();
    return left;
  }
  return {
    get running() {
      return consumer.running;
    },
    stats: () => queue.stats(),
    close(limitMs = CLOSE_MS) {
      closing ??= close(limitMs);
      return closing;
    },
  };
}
