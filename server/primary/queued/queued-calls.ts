import type { AppError } from "../../../shared/errors.ts";

/** A call that a queue keeps, until its client has its answer. */
export interface QueuedCall {
  /** Its job: no other call ever had it. */
  readonly job: string;
  /** Its id, as its client has chosen it. */
  readonly call: number;
  readonly procedure: string;
  /** By which its client asks for it again. */
  readonly key: string | undefined;
}

/** Where a call stands that is to be queued. */
export interface Opened {
  /** Its job: that of the first one of its key. */
  readonly job: string;
  /** Whether its job has to be enqueued. It is not where the queue has it, or it has been done. */
  readonly enqueue: boolean;
}

/** Who a session is with now, as far as its calls are concerned: once for each connection of a process to the primary. */
export interface Waiter {
  /** The answer of a call: see queued/answer.ts. It may come more than once. */
  answered(job: string, answer: Uint8Array): void;
  /** What its worker says meanwhile; may be dropped. */
  progress(job: string, data: Uint8Array): void;
}

export type Opener = (error: AppError | undefined, opened: Opened | undefined) => void;
export type Resumer = (error: AppError | undefined, calls: readonly QueuedCall[]) => void;

/** What a store may take. */
export interface QueuedCallsOptions {
  /** How long the answer to a call with a key is kept after its client had it, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that answers and keys may take. */
  readonly budget: number;
  /** Calls of one session that may be open or queued, and not delivered. */
  readonly mostCalls: number;
}

/**
 * Knows the calls of each session that a queue keeps, from before the queue has them until their clients have the
 * answers: so that an answer finds its client wherever that is by then, comes to it once, and waits where it is away.
 *
 * A store
 * - MUST give all calls of one key of a session the job of the first one, and say `enqueue` until `queued` was said of it;
 * - MUST call `done` of `open` and `resume` once: with `UNAVAILABLE` where it cannot know. Then nothing is enqueued;
 * - MUST, once the answer of a call is there, tell it to the waiter that has opened or resumed the call last, whether that
 *   was before or comes later: then after `done`;
 * - MUST take the first answer of a job, and no other one;
 * - MUST call `done` of `answer` once: with `true` when the answer is safe, whatever happens to this process as far as
 *   sessions outlive that, when nobody will ever want it, or when there was no room for it; with `false`, for it to come
 *   again, only where that cannot be known now: nobody's answers may hold up those of others;
 * - MUST tell an answer in full to a waiter that is there, whether it is kept or not;
 * - MUST have an answer for whoever resumes or opens the call until `delivered` is said of it; after that of a call with a
 *   key for a window, then without what it changes of the session. Both as there is room: whoever takes most of it loses
 *   its oldest, first answers that its client has had. In place of one that was too large there is an error TOO_LARGE, of
 *   one that is lost CONFLICT, which until `delivered` change what the answer did;
 * - MUST refuse with OVERLOADED to open more than about `mostCalls` calls of a session that are not delivered;
 * - MUST forget everything of a session that ends.
 */
export interface QueuedCalls {
  /** Calls that are known here. */
  readonly size: number;
  /** Bytes that answers and keys take which are kept here, roughly. */
  readonly bytes: number;
  open(session: string, call: QueuedCall, waiter: Waiter, done: Opener): void;
  /**
   * The queue has it.
   * @param done called once: when that is known whatever happens to this process; with `UNAVAILABLE` where it may be, or is,
   *   forgotten
   */
  queued(session: string, job: string, done: (error: AppError | undefined) => void): void;
  /**
   * The queue has it not, or that is not known: it is forgotten, and the next one of its key is another job.
   * @param done called once, with `true` where the queue has it after all, as its answer has come: then it is not forgotten
   */
  refused(session: string, job: string, done: (queued: boolean) => void): void;
  /** A session goes on with another connection: those of its calls that are queued, and not delivered. */
  resume(session: string, waiter: Waiter, done: Resumer): void;
  answer(session: string, job: string, answer: Uint8Array, done: (safe: boolean) => void): void;
  progress(session: string, job: string, data: Uint8Array): void;
  /** Its client has the answer, or does not want it. */
  delivered(session: string, job: string): void;
  /** A session's connection is gone; it may get another one. Nobody waits for its calls until it has resumed. */
  left(session: string): void;
  /** A process is gone. */
  waiterGone(waiter: Waiter): void;
  sessionEnded(session: string): void;
  close(): void;
}
