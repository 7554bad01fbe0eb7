import { randomUUID } from "node:crypto";
import { onTestFinished, vi } from "vitest";
import { createPack } from "../../../shared/msgpack-codec.ts";
import type { Job } from "../job.ts";
import type { ConsumeOptions, Consumer, JobHandler, JobQueue, Outcome, QueueOptions } from "../job-queue.ts";
import type { Reply } from "../reply.ts";

/** A real broker, and queues by way of it. */
export interface QueueBroker {
  readonly url: string;
  queue(options: QueueOptions & { readonly name: string; readonly url?: string }): JobQueue;
  kill(): Promise<void>;
  start(): Promise<void>;
}

const { pack, packAlone, unpack } = createPack();

export const SILENT = { warn: vi.fn(), info: vi.fn() };

export const textOf = (bytes: Uint8Array): unknown => unpack(bytes);

export function result(value: unknown): Outcome {
  return { kind: "result", output: packAlone(value) };
}

/** Does jobs by doing nothing, and gives what it was given. */
export const echo: JobHandler = async (job) => ({ kind: "result", output: job.input });

export function jobOf(input: unknown, more: Partial<Job> = {}): Job {
  return {
    ...{ id: randomUUID(), group: "g", procedure: "p", input: pack(input), priority: "normal" },
    ...{ createdAt: Date.now(), ttlMs: 0, retries: 2, attempt: 1 },
    caller: { session: "s", user: "u", call: 7, tags: { room: "a" } },
    ...more,
  };
}

/** One application's queue in a test: what hosts and workers see of it. */
export class SuiteQueue {
  readonly name: string;
  readonly replies: Reply[] = [];
  readonly #broker: QueueBroker;

  constructor(broker: QueueBroker) {
    this.#broker = broker;
    this.name = `t${randomUUID().slice(0, 8)}`;
  }

  open(options: QueueOptions & { readonly url?: string } = {}): JobQueue {
    const queue = this.#broker.queue({ retryMs: 20, ...options, name: this.name });
    onTestFinished(() => queue.close());
    return queue;
  }

  /** A host that keeps all replies. */
  host(options: QueueOptions = {}): JobQueue {
    const queue = this.open(options);
    queue.consumeReplies((reply, done) => {
      this.replies.push(reply);
      done(true);
    });
    return queue;
  }

  /** A worker, as a queue of its own. */
  worker(handler: JobHandler, options: Partial<ConsumeOptions> = {}): Consumer {
    const consumer = this.open().consume({ group: "g", procedures: ["p"], concurrency: 1, ...options }, handler);
    onTestFinished(async () => {
      await consumer.close(0);
    });
    return consumer;
  }

  /** What results gave, in their order. */
  results(): unknown[] {
    return this.replies.flatMap((reply) => (reply.kind === "result" ? [textOf(reply.output)] : []));
  }
}

export function enqueue(queue: JobQueue, job: Job): Promise<void> {
  return new Promise((resolve, reject) => {
    queue.enqueue(job, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Handlers that wait until they are told to go on. */
export class Gate {
  readonly begun: { readonly job: Job; readonly go: (outcome: Outcome) => void }[] = [];
  most = 0;
  #now = 0;

  readonly handler: JobHandler = (job) => {
    this.#now++;
    this.most = Math.max(this.most, this.#now);
    return new Promise((resolve) => {
      this.begun.push({
        job,
        go: (outcome) => {
          this.#now--;
          resolve(outcome);
        },
      });
    });
  };

  inputs(): unknown[] {
    return this.begun.map(({ job }) => textOf(job.input));
  }
}
