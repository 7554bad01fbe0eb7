import { randomUUID } from "node:crypto";
import { AppError } from "../../shared/errors.ts";
import { Lifeline } from "../links/lifeline.ts";
import { checkRedisUrl, placeOf } from "../links/place-of.ts";
import { connectRedis, type RedisLink } from "../links/redis.ts";
import type { Logger } from "../logger.ts";
import { checkGroup, checkProcedure, decodeJob, type Job } from "./job.ts";
import type {
  ConsumeOptions,
  Consumer,
  DeadJob,
  Enqueued,
  JobHandler,
  JobQueue,
  QueueOptions,
  QueueStats,
  ReplyHandler,
} from "./job-queue.ts";
import { MOST_WAITING, MOST_WAITING_BYTES, Outbox } from "./outbox.ts";
import { QueueCounts } from "./queue-counts.ts";
import { checkQueueOptions } from "./queue-limits.ts";
import { RedisJobs } from "./redis-jobs.ts";
import { RedisNames } from "./redis-names.ts";
import { RedisReplies } from "./redis-replies.ts";
import { RedisSender } from "./redis-sender.ts";
import { refusalLog } from "./refusal-log.ts";

export interface RedisQueueOptions extends QueueOptions {
  /** Such as `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string;
  /**
   * After how long without a sign of life of its worker a job is another's, in milliseconds. A worker gives three such signs
   * in that time, unless it computes for longer without a pause.
   * @default 30_000
   */
  readonly claimAfterMs?: number;
}

type Log = Pick<Logger, "warn" | "info">;

/** Jobs by way of Redis Streams. @throws TypeError where the URL is none, RangeError where a name is none, or a number out of its limits */
export function redisQueue(options: RedisQueueOptions, log: Log): JobQueue {
  return new RedisQueue(options, log);
}

class RedisQueue implements JobQueue {
  readonly #options: RedisQueueOptions;
  readonly #log: Log;
  readonly #counts = new QueueCounts();
  readonly #outbox: Outbox<RedisLink>;
  readonly #names: RedisNames;
  readonly #sender: RedisSender;
  readonly #line: Lifeline<RedisLink>;
  #replies: RedisReplies | undefined;

  constructor(options: RedisQueueOptions, log: Log) {
    const { url, name = "fugitive", maxWaiting = MOST_WAITING, maxWaitingBytes = MOST_WAITING_BYTES } = options;
    checkRedisUrl(url);
    checkQueueOptions(options);
    if (options.host !== undefined) checkGroup(options.host);
    this.#options = options;
    this.#log = log;
    this.#names = new RedisNames(checkGroup(name));
    this.#outbox = new Outbox(maxWaiting, maxWaitingBytes, refusalLog(log, `Redis at ${placeOf(url)}`));
    this.#sender = new RedisSender(this.#names, this.#outbox);
    this.#line = new Lifeline<RedisLink>({
      name: `Redis at ${placeOf(url)}`,
      log,
      onTrial: true,
      connect: (lost, signal) => connectRedis({ url, buffers: true }, lost, signal),
      up: (link) => this.#outbox.up(link),
      down: () => this.#outbox.down(),
    });
  }

  enqueue(job: Job, enqueued: Enqueued): void {
    checkGroup(job.group);
    checkProcedure(job.procedure);
    const { waitMs = 5_000 } = this.#options;
    this.#sender.job(job, performance.now() + waitMs, this.#counts.counting(enqueued));
  }

  consume(options: ConsumeOptions, handler: JobHandler): Consumer {
    checkGroup(options.group);
    for (const procedure of options.procedures) checkProcedure(procedure);
    const { url, retryMs = 1_000, claimAfterMs = 30_000 } = this.#options;
    const shared = { names: this.#names, counts: this.#counts, log: this.#log };
    return new RedisJobs(
      { ...options, ...shared, url, retryMs, claimAfterMs, handler, consumer: randomUUID() },
      this.#sender,
      () => this.#line.link,
    );
  }

  consumeReplies(handler: ReplyHandler): () => void {
    if (this.#replies !== undefined) throw new Error("Replies are consumed already.");
    const { url, host, hostGoneMs = 600_000, claimAfterMs = 30_000, replyConcurrency = 256 } = this.#options;
    const shared = { names: this.#names, counts: this.#counts, log: this.#log };
    const replies = new RedisReplies(
      { ...shared, url, host, hostGoneMs, claimAfterMs, concurrency: replyConcurrency, consumer: randomUUID() },
      this.#sender,
      () => this.#line.link,
      handler,
    );
    this.#replies = replies;
    return () => void replies.close();
  }

  async deadLetters(limit: number): Promise<readonly DeadJob[]> {
    const found: DeadJob[] = [];
    let before = "+";
    // among them is what was no job
    while (found.length < limit) {
      const command = ["XREVRANGE", this.#names.dead, before, "-", "COUNT", String(limit - found.length)];
      const answer = await this.#line.link?.command(command).catch(() => undefined);
      if (answer === undefined) throw new AppError("UNAVAILABLE");
      const page = answer as readonly [Buffer, readonly Buffer[]][];
      for (const [id, [, body, , error]] of page) {
        before = `(${id}`;
        const job = decodeJob(body);
        if (job !== undefined) found.push({ job, error: String(error) });
      }
      if (page.length === 0) break;
    }
    return found;
  }

  stats(): QueueStats {
    return this.#counts.stats(this.#line.link !== undefined, this.#outbox);
  }

  async close(): Promise<void> {
    await this.#replies?.close();
    this.#line.close();
    this.#outbox.close();
  }
}
