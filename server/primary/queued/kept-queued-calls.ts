import { List, type Place } from "../../list.ts";
import { withoutChange } from "../../queued/answer.ts";
import { NOT_KEPT, TOO_LARGE } from "../../queued/unkept-answers.ts";
import { largestAnswer } from "../../sessions/claim.ts";
import { Expiry } from "../expiry.ts";
import type { Opener, QueuedCall, QueuedCalls, Resumer, Waiter } from "./queued-calls.ts";

export interface KeptQueuedCallsOptions {
  /** How long the answer to a call with a key is kept after its client had it, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that answers may take. */
  readonly budget: number;
}

interface Entry extends QueuedCall {
  readonly calls: Calls;
  /** Whether the queue has it. */
  queued: boolean;
  answer: Uint8Array | undefined;
  /** Who the session is with; undefined while it is away. */
  waiter: Waiter | undefined;
  /** Since when its client has the answer, by `performance.now()`. */
  deliveredAt: number | undefined;
  place: Place<Entry> | undefined;
}

/** A session's calls. */
interface Calls {
  readonly session: string;
  readonly byJob: Map<string, Entry>;
  /** Those that have a key. */
  readonly byKey: Map<string, Entry>;
}

/**
 * Calls that a queue keeps, in the memory of the primary. Answers that clients have had make room for others; those that
 * wait for their clients do not: where they have used up the budget, the queue keeps what comes.
 */
export class KeptQueuedCalls implements QueuedCalls {
  readonly #options: KeptQueuedCallsOptions;
  readonly #sessions = new Map<string, Calls>();
  readonly #waiting = new Map<Waiter, Set<Entry>>();
  /** Those with a key that clients have the answers of, the oldest first. */
  readonly #delivered = new List<Entry>();
  readonly #expiry: Expiry<Entry>;
  #size = 0;
  #bytes = 0;

  constructor(options: KeptQueuedCallsOptions) {
    this.#options = options;
    this.#expiry = new Expiry(
      this.#delivered,
      options.windowMs,
      ({ deliveredAt = 0 }) => deliveredAt,
      (entry) => this.#forget(entry),
    );
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  open(session: string, call: QueuedCall, waiter: Waiter, done: Opener): void {
    const known = call.key === undefined ? undefined : this.#sessions.get(session)?.byKey.get(call.key);
    if (known === undefined) {
      this.#wait(this.#add(session, call), waiter);
      done(undefined, { job: call.job, enqueue: true });
      return;
    }
    this.#wait(known, waiter);
    done(undefined, { job: known.job, enqueue: !known.queued });
    this.#repeat(known, waiter);
  }

  queued(session: string, job: string, done: (error: undefined) => void): void {
    const entry = this.#get(session, job);
    if (entry !== undefined) entry.queued = true;
    done(undefined);
  }

  refused(session: string, job: string): void {
    const entry = this.#get(session, job);
    if (entry?.queued === false) this.#forget(entry);
  }

  resume(session: string, waiter: Waiter, done: Resumer): void {
    const entries = [...(this.#sessions.get(session)?.byJob.values() ?? [])].filter(
      ({ queued, deliveredAt }) => queued && deliveredAt === undefined,
    );
    for (const entry of entries) this.#wait(entry, waiter);
    done(undefined, entries);
    for (const entry of entries) this.#repeat(entry, waiter);
  }

  answer(session: string, job: string, answer: Uint8Array, done: (safe: boolean) => void): void {
    const entry = this.#get(session, job);
    if (entry === undefined || entry.answer !== undefined || entry.deliveredAt !== undefined) {
      done(true); // the session is over, or it is answered
      return;
    }
    // its first attempt may be over before the queue has said that it has it
    entry.queued = true;
    const { waiter } = entry;
    const large = answer.length > largestAnswer(this.#options.budget);
    const kept = large ? TOO_LARGE : answer;
    if (!this.#makeRoom(kept.length) && waiter === undefined) {
      done(false);
      return;
    }
    this.#keep(entry, kept);
    waiter?.answered(session, job, answer);
    done(true);
  }

  progress(session: string, job: string, data: Uint8Array): void {
    this.#get(session, job)?.waiter?.progress(session, job, data);
  }

  delivered(session: string, job: string): void {
    const entry = this.#get(session, job);
    if (entry === undefined || entry.deliveredAt !== undefined) return;
    this.#leave(entry);
    if (entry.key === undefined) {
      this.#forget(entry);
      return;
    }
    if (entry.answer !== undefined) this.#keep(entry, withoutChange(entry.answer));
    entry.deliveredAt = performance.now();
    entry.place = this.#delivered.append(entry);
    this.#expiry.start();
  }

  waiterGone(waiter: Waiter): void {
    for (const entry of this.#waiting.get(waiter) ?? []) entry.waiter = undefined;
    this.#waiting.delete(waiter);
  }

  sessionEnded(session: string): void {
    for (const entry of [...(this.#sessions.get(session)?.byJob.values() ?? [])]) this.#forget(entry);
  }

  close(): void {
    this.#expiry.stop();
  }

  #get(session: string, job: string): Entry | undefined {
    return this.#sessions.get(session)?.byJob.get(job);
  }

  #add(session: string, call: QueuedCall): Entry {
    let calls = this.#sessions.get(session);
    if (calls === undefined) {
      calls = { session, byJob: new Map(), byKey: new Map() };
      this.#sessions.set(session, calls);
    }
    // none of what else there may be, such as an input: it would be kept for as long
    const entry: Entry = {
      job: call.job,
      call: call.call,
      procedure: call.procedure,
      key: call.key,
      calls,
      queued: false,
      answer: undefined,
      waiter: undefined,
      deliveredAt: undefined,
      place: undefined,
    };
    calls.byJob.set(entry.job, entry);
    if (entry.key !== undefined) calls.byKey.set(entry.key, entry);
    this.#size++;
    return entry;
  }

  #wait(entry: Entry, waiter: Waiter): void {
    if (entry.waiter === waiter) return;
    this.#leave(entry);
    entry.waiter = waiter;
    const waiting = this.#waiting.get(waiter);
    if (waiting === undefined) this.#waiting.set(waiter, new Set([entry]));
    else waiting.add(entry);
  }

  #leave(entry: Entry): void {
    if (entry.waiter !== undefined) this.#waiting.get(entry.waiter)?.delete(entry);
    entry.waiter = undefined;
  }

  /** Tells whoever asks again. */
  #repeat({ calls, job, answer, deliveredAt }: Entry, waiter: Waiter): void {
    if (answer !== undefined) waiter.answered(calls.session, job, answer);
    else if (deliveredAt !== undefined) waiter.answered(calls.session, job, NOT_KEPT);
  }

  #keep(entry: Entry, answer: Uint8Array | undefined): void {
    this.#bytes += (answer?.length ?? 0) - (entry.answer?.length ?? 0);
    entry.answer = answer;
  }

  /** @returns false where what waits for its clients takes all there is */
  #makeRoom(bytes: number): boolean {
    for (let { first } = this.#delivered; this.#bytes + bytes > this.#options.budget; first = first.next) {
      if (first === undefined) return false;
      this.#keep(first.value, undefined);
    }
    return true;
  }

  #forget(entry: Entry): void {
    const { calls, job, key } = entry;
    this.#leave(entry);
    this.#keep(entry, undefined);
    if (entry.place !== undefined) this.#delivered.remove(entry.place);
    calls.byJob.delete(job);
    if (key !== undefined) calls.byKey.delete(key);
    this.#size--;
    if (calls.byJob.size === 0) this.#sessions.delete(calls.session);
  }
}
