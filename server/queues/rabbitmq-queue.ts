import { AppError } from "../../shared/errors.ts";
import { Lifeline } from "../links/lifeline.ts";
import { checkAmqpUrl, placeOf } from "../links/place-of.ts";
import type { Logger } from "../logger.ts";
import { within } from "../within.ts";
import { checkGroup, checkProcedure, type Job } from "./job.ts";
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
import { readDeadLetters } from "./rabbitmq-dead-letters.ts";
import { RabbitJobs } from "./rabbitmq-jobs.ts";
import { connectRabbit, type RabbitLink } from "./rabbitmq-link.ts";
import { RabbitReplies } from "./rabbitmq-replies.ts";
import { RabbitSender } from "./rabbitmq-sender.ts";
import { RabbitTopology } from "./rabbitmq-topology.ts";
import { refusalLog } from "./refusal-log.ts";

export interface RabbitQueueOptions extends QueueOptions {
  /** Such as `amqp://user:password@host:5672/vhost`, or `amqps:` for TLS. */
  readonly url: string;
  /**
   * Whether queues are quorum queues, which several nodes of RabbitMQ keep. Then priorities mean nothing, and all who use these
   * queues have to say the same.
   * @default false
   */
  readonly quorum?: boolean;
}

type Log = Pick<Logger, "warn" | "info">;

const ANSWER_MS = 5_000;
const CLOSE_MS = 2_000;

/** Jobs by way of RabbitMQ. @throws TypeError where the URL is none, RangeError where a name is none, or a number out of its limits */
export function rabbitQueue(options: RabbitQueueOptions, log: Log): JobQueue {
  return new RabbitQueue(options, log);
}

class RabbitQueue implements JobQueue {
  readonly #options: RabbitQueueOptions;
  readonly #log: Log;
  readonly #counts = new QueueCounts();
  readonly #outbox: Outbox<RabbitLink>;
  readonly #topology: RabbitTopology;
  readonly #sender: RabbitSender;
  readonly #line: Lifeline<RabbitLink>;
  #replies: RabbitReplies | undefined;

  constructor(options: RabbitQueueOptions, log: Log) {
    const { url, name = "fugitive", quorum = false, hostGoneMs = 600_000 } = options;
    const { maxWaiting = MOST_WAITING, maxWaitingBytes = MOST_WAITING_BYTES } = options;
    checkAmqpUrl(url);
    checkQueueOptions(options);
    checkGroup(name);
    if (options.host !== undefined) checkGroup(options.host);
    this.#options = options;
    this.#log = log;
    this.#outbox = new Outbox(maxWaiting, maxWaitingBytes, refusalLog(log, `RabbitMQ at ${placeOf(url)}`));
    this.#topology = new RabbitTopology({ name, quorum, hostGoneMs });
    this.#sender = new RabbitSender(this.#topology, this.#outbox);
    this.#line = new Lifeline<RabbitLink>({
      name: `RabbitMQ at ${placeOf(url)}`,
      log,
      onTrial: true,
      connect: (lost, signal) => connectRabbit(url, this.#topology, lost, signal),
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
    const { url, quorum = false, retryMs = 1_000 } = this.#options;
    return new RabbitJobs(
      {
        ...options,
        url,
        quorum,
        retryMs,
        handler,
        topology: this.#topology,
        counts: this.#counts,
        log: this.#log,
      },
      this.#sender,
      () => this.#line.link,
    );
  }

  consumeReplies(handler: ReplyHandler): () => void {
    if (this.#replies !== undefined) throw new Error("Replies are consumed already.");
    const { url, host, quorum = false, replyConcurrency = 256 } = this.#options;
    const shared = { topology: this.#topology, counts: this.#counts, log: this.#log };
    const replies = new RabbitReplies(
      { ...shared, url, host, quorum, concurrency: replyConcurrency },
      this.#sender,
      handler,
    );
    this.#replies = replies;
    return () => replies.close();
  }

  async deadLetters(limit: number): Promise<readonly DeadJob[]> {
    const { url } = this.#options;
    const late = new AbortController();
    try {
      const reading = readDeadLetters(url, this.#topology, limit, late.signal);
      return await within(reading, ANSWER_MS, () => new Error("late"));
    } catch (cause) {
      late.abort();
      throw new AppError("UNAVAILABLE", undefined, undefined, { cause });
    }
  }

  stats(): QueueStats {
    return this.#counts.stats(this.#line.link !== undefined, this.#outbox);
  }

  async close(): Promise<void> {
    await this.#replies?.close();
    const link = this.#line.detach();
    this.#outbox.close();
    await within(link?.channel.close() ?? Promise.resolve(), CLOSE_MS, () => new Error("late")).catch(() => undefined);
    link?.close();
  }
}
