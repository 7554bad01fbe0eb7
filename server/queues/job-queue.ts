import type { AppError } from "../../shared/errors.ts";
import type { Job } from "./job.ts";
import type { Reply, ReplyBody } from "./reply.ts";

/** Called once: when the broker has it for good, or with why it has not. */
export type Enqueued = (error: AppError | undefined) => void;

/** What one attempt at a job ends in. */
export type Outcome =
  | Extract<ReplyBody, { readonly kind: "result" | "error" }>
  /** To be tried again, as often as the job allows. @property message for the log and the dead letters, not for the caller */
  | { readonly kind: "failure"; readonly message: string };

/** What a handler can do while it is at a job. */
export interface JobRun {
  /** Aborts when the job is taken from it, as where its worker ends. */
  readonly signal: AbortSignal;
  /** Sends what is lost where the broker cannot be reached. */
  tell(body: ReplyBody): void;
  /** Sends what is not. Resolves when the broker has it. @throws AppError `UNAVAILABLE` where it does not get it before the queue is closed */
  send(body: ReplyBody): Promise<void>;
}

/** Does a job. What it throws is a failure. */
export type JobHandler = (job: Job, run: JobRun) => Promise<Outcome>;

export interface ConsumeOptions {
  readonly group: string;
  /** It takes jobs of these only; those of others wait for a worker that has them. */
  readonly procedures: readonly string[];
  /** How many jobs may be under way at the same time. */
  readonly concurrency: number;
}

export interface Consumer {
  /** Jobs that are under way. */
  readonly running: number;
  /**
   * Takes nothing new, waits for what is under way, and hands back what is not done within the limit: it is then somebody
   * else's, and the same attempt.
   * @param limitMs in milliseconds; `Infinity` where it may take as long as it takes, about 24 days at most
   * @returns how many were handed back
   */
  close(limitMs: number): Promise<number>;
}

/** Gets replies. @param done to be called once: `true` when the reply is safe, `false` for it to come again */
export type ReplyHandler = (reply: Reply, done: (safe: boolean) => void) => void;

/** A job that was given up, as it is kept for people to look at. */
export interface DeadJob {
  readonly job: Job;
  readonly error: string;
}

/** What this process has seen; the broker knows the rest. */
export interface QueueStats {
  readonly connected: boolean;
  /** Jobs and replies that the broker does not have for good yet, and their bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Jobs that it has taken. */
  readonly enqueued: number;
  /** Jobs that were refused, or did not reach it in time. */
  readonly refused: number;
  /** Jobs under way, and what has become of those that were. */
  readonly running: number;
  readonly results: number;
  readonly errors: number;
  readonly failures: number;
  readonly dead: number;
  /** Jobs that this process found expired. */
  readonly expired: number;
}

/**
 * Carries jobs to workers, and what they have to say back, by way of a broker that outlives them all.
 *
 * A driver
 * - MUST call `enqueued` exactly once, never from within `enqueue`: without an error only when the broker has the job for
 *   good; with `UNAVAILABLE` where it was not reached in time, so that it may have the job or not; with `OVERLOADED` where
 *   too much waits already, or the broker has taken nothing more for as long;
 * - MUST have copied the input when `enqueue` returns;
 * - MUST give a job that was enqueued to a handler at least once, unless it expires: whatever crashes meanwhile, as long as
 *   the broker keeps what it has;
 * - MUST give a job to one consumer at a time, as far as it can know: one whose link is lost, or that is silent for too
 *   long, counts as crashed, though it may go on;
 * - MUST NOT give a job to a consumer that does not have its procedure, nor more jobs than its concurrency at a time;
 * - MUST NOT give a job to a handler once it has expired: who consumes replies is told `expired`;
 * - MUST give urgent jobs of one procedure before less urgent ones that wait at the same time;
 * - MUST count attempts over crashes, too; and after `retries` more of them put the job with its error to the dead letters,
 *   and reply `dead`;
 * - MUST have the reply of a job for good before it lets go of the job;
 * - MUST deliver each reply but `progress` at least once to somebody who consumes replies: to the host it is for, or where that has
 *   been gone for long, to any; until its `done` is called with `true`. It MAY deliver it again after that, where somebody
 *   crashed: a reply has its job's id and attempt.
 *
 * So what it promises is at least once. That a caller is answered once is for who consumes replies: by the ids of jobs.
 */
export interface JobQueue {
  enqueue(job: Job, enqueued: Enqueued): void;
  /** Takes jobs until it is closed. */
  consume(options: ConsumeOptions, handler: JobHandler): Consumer;
  /**
   * Gets replies: those for this queue's `host`, and those for any. Once for each queue.
   * @returns what ends it; replies that are not done come again, here or elsewhere
   */
  consumeReplies(handler: ReplyHandler): () => void;
  /** The newest jobs that were given up, at most so many. They stay. @throws AppError `UNAVAILABLE` */
  deadLetters(limit: number): Promise<readonly DeadJob[]>;
  stats(): QueueStats;
  /** Closes connections, within some seconds; what waits for the broker is refused. Consumers are to be closed before. */
  close(): Promise<void>;
}

/** What drivers have in common. */
export interface QueueOptions {
  /** Of the application: queues of another one have other names. @default "fugitive" */
  readonly name?: string;
  /** This host, where replies are wanted that are for it alone. @default only those for any */
  readonly host?: string;
  /** After how long without its host replies that are for it are given up, in milliseconds. @default 600_000 */
  readonly hostGoneMs?: number;
  /** How long a failed job waits until it is tried again, in milliseconds; twice as long each further time, up to a minute. @default 1_000 */
  readonly retryMs?: number;
  /** How many jobs may wait for the broker, and how many bytes. @default 10_000, and 67_108_864 */
  readonly maxWaiting?: number;
  readonly maxWaitingBytes?: number;
  /** How long a job may wait for the broker, in milliseconds. @default 5_000 */
  readonly waitMs?: number;
  /**
   * How many replies may be with the handler and not be done: at least one of each queue that a host reads, which are up to
   * three, and where it takes over from others for a moment some more.
   * @default 256
   */
  readonly replyConcurrency?: number;
}
