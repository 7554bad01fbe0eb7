import type { AppError } from "../../shared/errors.ts";
import { MAX_ERROR_LENGTH } from "./dead-letters.ts";
import { deadlineOf, encodeJob, type Job, PRIORITIES } from "./job.ts";
import type { DeadJob } from "./job-queue.ts";
import type { Outbox } from "./outbox.ts";
import { type Letter, type RabbitLink, Unroutable } from "./rabbitmq-link.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";
import { encodeReply, type Reply } from "./reply.ts";
import type { Settlement } from "./running-jobs.ts";

/** How long what may be lost waits for who reads it, in milliseconds. */
const UNSURE_MS = 60_000;

/** Puts jobs, replies and dead letters where they belong at RabbitMQ. */
export class RabbitSender {
  readonly #topology: RabbitTopology;
  readonly #outbox: Outbox<RabbitLink>;

  constructor(topology: RabbitTopology, outbox: Outbox<RabbitLink>) {
    this.#topology = topology;
    this.#outbox = outbox;
  }

  /** @param until by `performance.now()` */
  job(job: Job, until: number, done: (error: AppError | undefined) => void): void {
    const { group, procedure } = job;
    const body = encodeJob(job);
    const letter = this.#letter(job, body, this.#topology.jobs);
    const name = this.#topology.queueOf(group, procedure);
    const declare = (channel: RabbitLink["channel"]) => this.#topology.declareJobs(channel, group, procedure);
    const send = (link: RabbitLink) => link.publish(letter, { name, declare });
    this.#outbox.add({ bytes: body.length, until, send, done });
  }

  /** Does what a job ended in. Rejects where the queue is closed before. */
  async settle(job: Job, { reply, again, dead }: Settlement): Promise<void> {
    if (dead !== undefined) await this.#bury({ job, error: dead });
    if (again !== undefined) await this.#again(again.job, again.delayMs);
    if (reply !== undefined) await this.reply(reply);
  }

  /** Resolves when the reply is in a queue. */
  reply(reply: Reply): Promise<void> {
    const body = encodeReply(reply);
    const { replies: exchange } = this.#topology;
    const host = reply.caller.replyTo;
    const letter = { exchange, routingKey: exchange, id: reply.job, body };
    return this.#add(body.length, async (link) => {
      if (host !== undefined) {
        try {
          return await link.publish({ ...letter, routingKey: this.#topology.repliesOf(host) });
        } catch (error) {
          // the host has been gone for long
          if (!(error instanceof Unroutable)) throw error;
        }
      }
      await link.publish(letter);
    });
  }

  tell(reply: Reply, link: RabbitLink | undefined): void {
    if (link === undefined) return;
    const { replies: exchange } = this.#topology;
    const { job: id, caller } = reply;
    const routingKey = caller.replyTo === undefined ? exchange : this.#topology.repliesOf(caller.replyTo);
    link.tell({ exchange, routingKey, id, body: encodeReply(reply) }, UNSURE_MS);
  }

  /** The same for a message that is no job: it is kept as it is. */
  buryBytes(body: Buffer, error: string): Promise<void> {
    const letter = { exchange: this.#topology.dead, routingKey: "broken", id: "", body, headers: { error } };
    return this.#add(body.length, (link) => link.publish(letter));
  }

  #bury({ job, error }: DeadJob): Promise<void> {
    const body = encodeJob(job);
    const headers = { error: error.slice(0, MAX_ERROR_LENGTH) };
    const { priority, expiration, ...letter } = this.#letter(job, body, this.#topology.dead);
    return this.#add(body.length, (link) => link.publish({ ...letter, headers }));
  }

  #again(job: Job, delayMs: number): Promise<void> {
    if (delayMs === 0) {
      return new Promise((resolve, reject) => {
        this.job(job, Number.POSITIVE_INFINITY, (error) => (error === undefined ? resolve() : reject(error)));
      });
    }
    const body = encodeJob(job);
    const exchange = this.#topology.retry(delayMs);
    // it has to get to the end of its delay; what expires meanwhile is found by who takes it
    const { expiration, ...letter } = this.#letter(job, body, exchange);
    const declare = (channel: RabbitLink["channel"]) => this.#topology.declareRetry(channel, delayMs);
    return this.#add(body.length, (link) => link.publish(letter, { name: exchange, declare }));
  }

  #letter(job: Job, body: Buffer, exchange: string): Letter {
    const deadline = deadlineOf(job);
    return {
      ...{ exchange, routingKey: `${job.group}.${job.procedure}`, id: job.id, body },
      priority: PRIORITIES.indexOf(job.priority),
      ...(deadline !== undefined && { expiration: Math.ceil(deadline - Date.now()) }),
    };
  }

  #add(bytes: number, send: (link: RabbitLink) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: AppError | undefined): void => (error === undefined ? resolve() : reject(error));
      this.#outbox.add({ bytes, until: Number.POSITIVE_INFINITY, send, done });
    });
  }
}
