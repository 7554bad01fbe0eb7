import { Lifeline } from "../links/lifeline.ts";
import { placeOf } from "../links/place-of.ts";
import type { Logger } from "../logger.ts";
import { within } from "../within.ts";
import { decodeJob } from "./job.ts";
import type { ConsumeOptions, Consumer, JobHandler } from "./job-queue.ts";
import type { QueueCounts } from "./queue-counts.ts";
import { consumeRabbit, type Held, type RabbitConsumerLink } from "./rabbitmq-consumer.ts";
import type { RabbitLink } from "./rabbitmq-link.ts";
import type { RabbitSender } from "./rabbitmq-sender.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";
import { RunningJobs } from "./running-jobs.ts";

export interface RabbitJobsOptions extends ConsumeOptions {
  readonly url: string;
  readonly quorum: boolean;
  readonly retryMs: number;
  readonly handler: JobHandler;
  readonly topology: RabbitTopology;
  readonly counts: QueueCounts;
  readonly log: Pick<Logger, "warn" | "info">;
}

const END_MS = 2_000;

/** Takes jobs of RabbitMQ: a queue for each procedure, and of all of them no more than may be under way. */
export class RabbitJobs implements Consumer {
  readonly #options: RabbitJobsOptions;
  readonly #sender: RabbitSender;
  readonly #jobs: RunningJobs<Held>;
  readonly #line: Lifeline<RabbitConsumerLink>;

  constructor(options: RabbitJobsOptions, sender: RabbitSender, publishing: () => RabbitLink | undefined) {
    const { url, topology, group, procedures, concurrency, quorum, retryMs, handler, counts, log } = options;
    this.#options = options;
    this.#sender = sender;
    this.#jobs = new RunningJobs<Held>({
      ...{ concurrency, handler, retryMs, counts },
      async settle(job, settlement, held) {
        await sender.settle(job, settlement);
        return held().ack();
      },
      letGo: (held) => void held.ack(),
      tell: (reply) => sender.tell(reply, publishing()),
      send: (reply) => sender.reply(reply),
    });
    const consumed = {
      ...{ url, topology },
      async declare(channel: RabbitLink["channel"]) {
        for (const procedure of procedures) await topology.declareJobs(channel, group, procedure);
      },
      queues: procedures.map((procedure) => ({
        queue: topology.queueOf(group, procedure),
        deliver: (held: Held) => this.#deliver(held),
      })),
      // a quorum queue knows limits of its own only: what is beyond all of them waits here
      prefetch: quorum ? Math.max(1, Math.ceil(concurrency / procedures.length)) : concurrency,
      together: !quorum,
    };
    this.#line = new Lifeline<RabbitConsumerLink>({
      ...{ name: `RabbitMQ at ${placeOf(url)}, for jobs of ${group},`, log, onTrial: true },
      connect: (lost, signal) => consumeRabbit(consumed, lost, signal),
      up: () => undefined,
    });
  }

  get running(): number {
    return this.#jobs.active;
  }

  async close(limitMs: number): Promise<number> {
    // from here on there is no link but this one: what is held on it stays held
    const link = this.#line.detach();
    await within(link?.stop() ?? Promise.resolve(), END_MS, () => new Error("late")).catch(() => undefined);
    const left = await this.#jobs.close(limitMs);
    await within(link?.end() ?? Promise.resolve(), END_MS, () => new Error("late")).catch(() => undefined);
    link?.close();
    return left;
  }

  #deliver(held: Held): void {
    const job = decodeJob(held.body);
    if (job === undefined) return void this.#broken(held);
    // another attempt is another message
    const key = `${job.attempt} ${job.id}`;
    if (this.#jobs.adopt(key, held)) return;
    if (held.deliveries !== undefined) {
      this.#jobs.take(key, { ...job, attempt: job.attempt + held.deliveries }, held);
      return;
    }
    if (!held.again) return void this.#jobs.take(key, job, held);
    // somebody has begun with it and is gone. This queue tells that it was delivered before, but not how often: so
    // whatever comes a second time is put in anew, with its attempt, before anybody begins with it again
    const next = { ...job, attempt: job.attempt + 1 };
    if (next.attempt > next.retries + 1) return void this.#jobs.take(key, next, held);
    this.#sender.settle(job, { again: { job: next, delayMs: 0 } }).then(
      () => void held.ack(),
      () => undefined,
    );
  }

  #broken(held: Held): void {
    this.#sender.buryBytes(held.bytes(), "It is no job.").then(
      () => void held.ack(),
      () => undefined,
    );
    this.#options.counts.dead++;
  }
}
