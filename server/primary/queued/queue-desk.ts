import { AppError } from "../../../shared/errors.ts";
import type { BusFrame } from "../../bus/bus-frame.ts";
import { BusType } from "../../bus/bus-type.ts";
import type { Link } from "../../bus/link.ts";
import { sendRefusal } from "../../bus/refusal.ts";
import { type EnqueueData, packCalls, readEnqueue } from "../../queued/enqueue-data.ts";
import type { Job } from "../../queues/job.ts";
import type { JobQueue } from "../../queues/job-queue.ts";
import type { Desk, DeskMember } from "../desk.ts";
import type { QueuedCalls, Waiter } from "./queued-calls.ts";
import { type Deliveries, replyHandler } from "./replies.ts";

export interface QueueDeskOptions extends Deliveries {
  readonly calls: QueuedCalls;
  /** Opens the queue, when it is needed. @throws where there is none */
  open(): JobQueue;
  /** Whether there is such a session. */
  knows(session: string): boolean;
  /** The host that replies have to come to. @default any */
  readonly replyTo?: string | undefined;
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** Told whether the queue has a job. */
type Enqueued = (error: AppError | undefined) => void;

/** Where socket workers come with calls that are to be queued; and where what comes of them goes. */
export class QueueDesk implements Desk {
  readonly #options: QueueDeskOptions;
  /** Bytes that may wait for a worker when an answer is added to them. */
  readonly #mostUnsent: number;
  /** What came of jobs, as far as this host has heard. */
  readonly counts = { result: 0, error: 0, expired: 0, dead: 0 };
  #queue: JobQueue | undefined;
  #stopReplies: (() => void) | undefined;
  /** Who waits for the queue to have a job: who asks again meanwhile waits with the first one. */
  readonly #enqueuing = new Map<string, Enqueued[]>();

  constructor(options: QueueDeskOptions) {
    this.#options = options;
    this.#mostUnsent = options.linkBudget / 2;
  }

  /** The queue; undefined where nobody needs one. */
  get queue(): JobQueue | undefined {
    return this.#queue;
  }

  joined(link: Link): DeskMember {
    const { calls } = this.#options;
    const fits = (bytes: number) => link.unsent + bytes <= this.#mostUnsent;
    const waiter: Waiter = {
      answered(job, answer) {
        if (fits(answer.length)) link.send(BusType.QUEUED_ANSWER, 0, job, answer);
        else link.send(BusType.QUEUED_ANSWER_LATER, 0, job);
      },
      progress(job, data) {
        if (fits(data.length)) link.send(BusType.QUEUED_PROGRESS, 0, job, data);
      },
    };
    return {
      receive: (frame) => {
        switch (frame.type) {
          case BusType.QUEUE_NEEDED:
            this.#open();
            break;
          case BusType.ENQUEUE:
            this.#enqueue(frame, link, waiter);
            break;
          case BusType.QUEUED_CALLS:
            this.#resume(frame, link, waiter);
            break;
          case BusType.QUEUED_DONE:
            calls.delivered(frame.channel, frame.data.toString());
            break;
        }
      },
      left: () => calls.waiterGone(waiter),
    };
  }

  close(): void {
    this.#stopReplies?.();
    this.#options.calls.close();
  }

  /** Ends the connection to the broker. What it has, it keeps. */
  async end(): Promise<void> {
    this.#stopReplies?.();
    await this.#queue?.close();
  }

  #open(): JobQueue {
    if (this.#queue !== undefined) return this.#queue;
    const { calls, open } = this.#options;
    const queue = open();
    this.#queue = queue;
    this.#stopReplies = queue.consumeReplies(replyHandler(calls, this.#options, this.counts));
    return queue;
  }

  #enqueue({ channel: session, reference, data }: BusFrame, link: Link, waiter: Waiter): void {
    this.#take(session, readEnqueue(data), reference, link, waiter);
  }

  #take(session: string, order: EnqueueData, reference: number, link: Link, waiter: Waiter): void {
    const { calls, knows } = this.#options;
    if (!order.system && !knows(session)) {
      // it has ended meanwhile, and nobody would ever say so again
      sendRefusal(link, reference, new AppError("UNAVAILABLE"));
      return;
    }
    calls.open(session, order, waiter, (error, opened) => {
      if (opened === undefined) {
        sendRefusal(link, reference, error ?? new AppError("UNAVAILABLE"));
        return;
      }
      const { job } = opened;
      // the answer may be told before the queue has said that it has the call
      if (job !== order.job) link.send(BusType.QUEUED_AS, 0, job, Buffer.from(order.job));
      const told: Enqueued = (failed) => {
        if (failed === undefined) link.send(BusType.ENQUEUED, reference, job);
        else sendRefusal(link, reference, failed);
      };
      if (!opened.enqueue) told(undefined);
      else if (!this.#enqueuing.has(job)) this.#bring(session, job, order, told);
      else {
        // it waits with the first one; by then there may be an answer, which was told before it could be heard
        const again: Enqueued = (failed) => {
          if (failed === undefined) this.#take(session, order, reference, link, waiter);
          else told(failed);
        };
        this.#enqueuing.get(job)?.push(again);
      }
    });
  }

  /** Has the queue take a job. */
  #bring(session: string, job: string, order: EnqueueData, told: Enqueued): void {
    const waiting = [told];
    this.#enqueuing.set(job, waiting);
    const { calls } = this.#options;
    const ended: Enqueued = (error) => {
      this.#enqueuing.delete(job);
      for (const one of waiting) one(error);
    };
    this.#open().enqueue(this.#job(session, job, order), (error) => {
      if (error === undefined) {
        // whoever is told so has to be answered, also where this process dies in the next moment
        calls.queued(session, job, (unknown) => {
          // without a key nobody can ask for it any more
          if (unknown !== undefined && order.key === undefined) calls.delivered(session, job);
          ended(unknown);
        });
        return;
      }
      // nobody is to hear that it cannot be done, and then what came of it
      calls.refused(session, job, (queued) => ended(queued ? undefined : error));
    });
  }

  #job(session: string, id: string, { call, target, user, tags, input }: EnqueueData): Job {
    const { name: procedure, group, priority, ttlMs, retries } = target;
    const { replyTo } = this.#options;
    const caller = { session, user, call, tags, replyTo };
    return { id, group, procedure, input, priority, createdAt: Date.now(), ttlMs, retries, attempt: 1, caller };
  }

  #resume({ channel: session, reference }: BusFrame, link: Link, waiter: Waiter): void {
    this.#options.calls.resume(session, waiter, (error, calls) => {
      if (error === undefined) link.send(BusType.QUEUED_CALLS_ARE, reference, "", packCalls(calls));
      else sendRefusal(link, reference, error);
    });
  }
}
