import { List } from "../../list.ts";
import { insteadOf, withoutChange } from "../../queued/answer.ts";
import { NOT_KEPT, TOO_LARGE } from "../../queued/unkept-answers.ts";
import { largestAnswer } from "../../sessions/claim.ts";
import { Expiry } from "../expiry.ts";
import { CallRoom } from "./call-room.ts";
import type { KeptCall, SessionCalls } from "./kept-call.ts";
import type { Opener, QueuedCall, QueuedCalls, QueuedCallsOptions, Resumer, Waiter } from "./queued-calls.ts";
import { tooManyCalls } from "./too-many-calls.ts";

export interface KeptQueuedCallsOptions extends QueuedCallsOptions {
  /** Whether there is such a session. Of others nobody ever says that they have ended. */
  knows(session: string): boolean;
}

/** Calls that a queue keeps, in the memory of the primary. */
export class KeptQueuedCalls implements QueuedCalls {
  readonly #options: KeptQueuedCallsOptions;
  readonly #sessions = new Map<string, SessionCalls>();
  readonly #waiting = new Map<Waiter, Set<KeptCall>>();
  /** Those with a key that clients have the answers of, the oldest first. */
  readonly #delivered = new List<KeptCall>();
  readonly #expiry: Expiry<KeptCall>;
  readonly #room: CallRoom;
  #size = 0;

  constructor(options: KeptQueuedCallsOptions) {
    this.#options = options;
    this.#room = new CallRoom(options.budget, (call) => this.#forget(call));
    this.#expiry = new Expiry(
      this.#delivered,
      options.windowMs,
      ({ deliveredAt = 0 }) => deliveredAt,
      (call) => this.#forget(call),
    );
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#room.bytes;
  }

  open(session: string, call: QueuedCall, waiter: Waiter, done: Opener): void {
    const known = call.key === undefined ? undefined : this.#sessions.get(session)?.byKey.get(call.key);
    if (known === undefined) {
      const { mostCalls } = this.#options;
      if ((this.#sessions.get(session)?.open ?? 0) >= mostCalls) {
        done(tooManyCalls(mostCalls), undefined);
        return;
      }
      this.#wait(this.#add(session, call), waiter);
      done(undefined, { job: call.job, enqueue: true });
      return;
    }
    if (known.deliveredAt === undefined) this.#wait(known, waiter);
    done(undefined, { job: known.job, enqueue: !known.queued });
    this.#repeat(known, waiter);
  }

  queued(session: string, job: string, done: (error: undefined) => void): void {
    const entry = this.#get(session, job);
    if (entry !== undefined) entry.queued = true;
    done(undefined);
  }

  refused(session: string, job: string, done: (queued: boolean) => void): void {
    const entry = this.#get(session, job);
    if (entry?.queued === false) this.#forget(entry);
    done(entry?.queued === true);
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
    const large = answer.length > largestAnswer(this.#options.budget);
    this.#room.put(entry, large ? insteadOf(answer, TOO_LARGE) : answer, entry.calls.waiting);
    // whoever is there hears it, whether there is room to keep it or not
    entry.waiter?.answered(job, answer);
    this.#room.keepWithin();
    done(true);
  }

  progress(session: string, job: string, data: Uint8Array): void {
    this.#get(session, job)?.waiter?.progress(job, data);
  }

  delivered(session: string, job: string): void {
    const entry = this.#get(session, job);
    if (entry === undefined || entry.deliveredAt !== undefined) return;
    this.#leave(entry);
    if (entry.key === undefined) {
      this.#forget(entry);
      return;
    }
    const { answer, calls, own } = entry;
    const kept = own !== undefined && answer !== undefined;
    this.#room.put(entry, kept ? withoutChange(answer) : undefined, kept ? calls.had : calls.keys);
    calls.open--;
    entry.deliveredAt = performance.now();
    entry.place = this.#delivered.append(entry);
    this.#expiry.start();
    this.#room.keepWithin();
  }

  left(session: string): void {
    for (const entry of this.#sessions.get(session)?.byJob.values() ?? []) this.#leave(entry);
  }

  waiterGone(waiter: Waiter): void {
    const { knows } = this.#options;
    for (const entry of this.#waiting.get(waiter) ?? []) {
      entry.waiter = undefined;
      if (!knows(entry.calls.session)) this.#forget(entry);
    }
    this.#waiting.delete(waiter);
  }

  sessionEnded(session: string): void {
    for (const entry of [...(this.#sessions.get(session)?.byJob.values() ?? [])]) this.#forget(entry);
  }

  close(): void {
    this.#expiry.stop();
  }

  #get(session: string, job: string): KeptCall | undefined {
    return this.#sessions.get(session)?.byJob.get(job);
  }

  #add(session: string, call: QueuedCall): KeptCall {
    const calls = this.#sessions.get(session) ?? this.#begin(session);
    // none of what else there may be, such as an input: it would be kept for as long
    const entry: KeptCall = {
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
      list: undefined,
      own: undefined,
    };
    calls.open++;
    calls.byJob.set(entry.job, entry);
    if (entry.key !== undefined) calls.byKey.set(entry.key, entry);
    this.#size++;
    return entry;
  }

  #begin(session: string): SessionCalls {
    const lists = { had: new List<KeptCall>(), waiting: new List<KeptCall>(), keys: new List<KeptCall>() };
    const maps = { byJob: new Map(), byKey: new Map() };
    const calls: SessionCalls = { session, ...maps, open: 0, ...lists, bytes: 0, rank: 0, ranked: undefined };
    this.#sessions.set(session, calls);
    return calls;
  }

  #wait(entry: KeptCall, waiter: Waiter): void {
    if (entry.waiter === waiter) return;
    this.#leave(entry);
    entry.waiter = waiter;
    const waiting = this.#waiting.get(waiter);
    if (waiting === undefined) this.#waiting.set(waiter, new Set([entry]));
    else waiting.add(entry);
  }

  #leave(entry: KeptCall): void {
    if (entry.waiter !== undefined) this.#waiting.get(entry.waiter)?.delete(entry);
    entry.waiter = undefined;
  }

  /** Tells whoever asks again. */
  #repeat({ job, answer, deliveredAt }: KeptCall, waiter: Waiter): void {
    if (answer !== undefined) waiter.answered(job, answer);
    else if (deliveredAt !== undefined) waiter.answered(job, NOT_KEPT);
  }

  #forget(entry: KeptCall): void {
    const { calls, job, key } = entry;
    this.#leave(entry);
    this.#room.put(entry, undefined, undefined);
    if (entry.deliveredAt === undefined) calls.open--;
    if (entry.place !== undefined) this.#delivered.remove(entry.place);
    calls.byJob.delete(job);
    if (key !== undefined) calls.byKey.delete(key);
    this.#size--;
    if (calls.byJob.size === 0) this.#sessions.delete(calls.session);
  }
}
