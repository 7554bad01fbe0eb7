import { Lifeline } from "../links/lifeline.ts";
import { placeOf } from "../links/place-of.ts";
import type { Logger } from "../logger.ts";
import { within } from "../within.ts";
import { decodeJob } from "./job.ts";
import type { ReplyHandler } from "./job-queue.ts";
import type { QueueCounts } from "./queue-counts.ts";
import { consumeRabbit, type Held, type RabbitConsumerLink } from "./rabbitmq-consumer.ts";
import type { RabbitSender } from "./rabbitmq-sender.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";
import { decodeReply, type Reply, replyTo } from "./reply.ts";
import { ReplyCalls } from "./reply-calls.ts";

export interface RabbitRepliesOptions {
  readonly url: string;
  readonly host: string | undefined;
  readonly concurrency: number;
  readonly quorum: boolean;
  readonly topology: RabbitTopology;
  readonly counts: QueueCounts;
  readonly log: Pick<Logger, "warn" | "info">;
}

/** A reply that nobody can have now comes again after so long, in milliseconds. */
const AGAIN_MS = 250;
const END_MS = 2_000;

/** Gets the replies that are for a host and those for any, and tells of jobs that expired while they waited. */
export class RabbitReplies {
  readonly #options: RabbitRepliesOptions;
  readonly #sender: RabbitSender;
  readonly #calls: ReplyCalls;
  readonly #line: Lifeline<RabbitConsumerLink>;

  constructor(options: RabbitRepliesOptions, sender: RabbitSender, handler: ReplyHandler) {
    const { url, host, concurrency, quorum, topology, log } = options;
    this.#options = options;
    this.#sender = sender;
    this.#calls = new ReplyCalls(handler, log);
    const deliver = (held: Held): void => this.#reply(decodeReply(held.body), held);
    const queues = [
      { queue: topology.replies, deliver },
      { queue: topology.expired, deliver: (held: Held) => this.#expired(held) },
    ];
    if (host !== undefined) queues.push({ queue: topology.repliesOf(host), deliver });
    // a quorum queue knows limits of its own only
    const prefetch = quorum ? Math.max(1, Math.floor(concurrency / queues.length)) : concurrency;
    this.#line = new Lifeline<RabbitConsumerLink>({
      ...{ name: `RabbitMQ at ${placeOf(url)}, for replies,`, log, onTrial: true },
      connect: (lost, signal) =>
        consumeRabbit(
          {
            ...{ url, topology, queues, prefetch, together: !quorum },
            async declare(channel) {
              if (host !== undefined) await topology.declareHost(channel, host);
            },
          },
          lost,
          signal,
        ),
      up: () => undefined,
    });
  }

  async close(): Promise<void> {
    const link = this.#line.detach();
    await within(link?.end() ?? Promise.resolve(), END_MS, () => new Error("late")).catch(() => undefined);
    link?.close();
  }

  /** A job that RabbitMQ has taken out of its queue. */
  #expired(held: Held): void {
    const job = decodeJob(held.body);
    if (job === undefined) return void held.ack();
    this.#options.counts.expired++;
    const reply = replyTo(job, { kind: "expired" });
    const host = job.caller.replyTo;
    if (host === undefined || host === this.#options.host) return void this.#reply(reply, held);
    this.#sender.reply(reply).then(
      () => void held.ack(),
      () => undefined,
    );
  }

  #reply(reply: Reply | undefined, held: Held): void {
    // nobody can make anything of it
    if (reply === undefined) return void held.ack();
    this.#calls.call(reply, (safe) => {
      if (safe) held.ack();
      else setTimeout(() => held.putBack(), AGAIN_MS).unref();
    });
  }
}
