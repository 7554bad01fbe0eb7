import { AppError } from "../../../shared/errors.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import type { Opener, QueuedCall, QueuedCalls, QueuedCallsOptions, Resumer, Waiter } from "../queued/queued-calls.ts";
import { readLengthened } from "./fields.ts";
import { type OpenQuestions, QuestionsBySession } from "./open-questions.ts";
import { type Found, QueuedScripts } from "./queued-scripts.ts";
import { HELD, MOVED, Taken } from "./queued-states.ts";
import { Rounds } from "./rounds.ts";
import { REFRESH_MS, WRITING_MS } from "./session-times.ts";
import { UnsaidWords, type Word } from "./unsaid-words.ts";
import { isOnItsWay, Stage, WaitingCalls } from "./waiting-calls.ts";

/** `windowMs` has to be as long as a session without a connection is kept, at least; `budget` is for answers that clients have had. */
export interface SharedQueuedCallsOptions extends QueuedCallsOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** How often some of what is waited for here is asked for again, in milliseconds. @default 1_000 */
  readonly stepMs?: number | undefined;
  /**
   * For how long after Redis is back answers of jobs that it does not know are to come again: it may have lost the last of what it
   * had, until those who wait have said so. In milliseconds. @default 10_000
   */
  readonly unsureMs?: number | undefined;
}

const STEP_MS = 1_000;
/** Steps in which all that could not be said is. */
const WORD_STEPS = 4;
/** For so long whoever was told an answer may take to say that its client has it, in milliseconds. */
const TOLD_MS = 3_600_000;

/**
 * Calls that a queue keeps, for all hosts, in Redis: {@link import("../queued/kept-queued-calls.ts").KeptQueuedCalls} for several.
 * This host has in memory only what is waited for here, and says so to Redis again and again: so a Redis that has forgotten it,
 * or has said something that did not arrive, is set right.
 */
export class SharedQueuedCalls implements QueuedCalls {
  readonly #scripts: QueuedScripts;
  readonly #unsureMs: number;
  readonly #waiting = new WaitingCalls();
  readonly #questions = new QuestionsBySession();
  readonly #unsaid = new UnsaidWords();
  /** Processes that are gone, of which something may still be asked. */
  readonly #gone = new WeakSet<Waiter>();
  readonly #rounds: Rounds<string>;
  readonly #words: Rounds<string>;
  /** Of answers that Redis has yet to take. */
  #bytes = 0;
  /** Since when Redis can be asked, by `performance.now()`. */
  #upAt = 0;

  constructor({ redis, hosts, stepMs = STEP_MS, unsureMs = WRITING_MS, ...options }: SharedQueuedCallsOptions) {
    this.#scripts = new QueuedScripts(redis, options);
    this.#unsureMs = unsureMs;
    this.#rounds = new Rounds({
      size: () => this.#waiting.sessionCount,
      values: () => this.#waiting.sessions(),
      visit: (session) => redis.isUp && this.#askAgain(session),
      steps: REFRESH_MS / STEP_MS,
      stepMs,
    });
    this.#words = new Rounds({
      size: () => this.#unsaid.size,
      values: () => this.#unsaid.sessions(),
      visit: (session) => redis.isUp && this.#sayUnsaid(session),
      steps: WORD_STEPS,
      stepMs,
    });
    redis.listen(HostTopic.QUEUED_ANSWER, (data) => this.#told(data));
    redis.listen(HostTopic.QUEUED_PROGRESS, (data) => {
      const { texts, rest } = readLengthened(data, 2);
      const [session = "", job = ""] = texts;
      this.#waiting.get(session, job)?.waiter.progress(job, rest);
    });
    redis.watch({
      up: () => {
        this.#upAt = performance.now();
        this.#words.hurry();
        this.#rounds.hurry();
      },
    });
    hosts.onDeclaredDead(() => this.#rounds.hurry());
  }

  get size(): number {
    return this.#waiting.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether Redis was away a moment ago. */
  get #isUnsure(): boolean {
    return performance.now() - this.#upAt < this.#unsureMs;
  }

  open(session: string, call: QueuedCall, waiter: Waiter, done: Opener): void {
    this.#sayUnsaid(session);
    const questions = this.#questions.ask(session);
    this.#scripts.open(session, call, (error, found) => {
      this.#questions.answered(session, questions);
      if (found === undefined) {
        // it may be known to Redis; where it has a key, whoever asks again goes on with it
        if (call.key === undefined && error?.code === "UNAVAILABLE") this.#unsaid.keep(session, call.job, "refused");
        done(error, undefined);
        return;
      }
      this.#put(session, found, waiter, questions);
      done(undefined, { job: found.call.job, enqueue: !found.queued });
      this.#repeat(session, [found], waiter, questions);
    });
  }

  queued(session: string, job: string, done: (error: AppError | undefined) => void): void {
    const waiting = this.#waiting.get(session, job);
    if (waiting?.stage === Stage.OPENED) waiting.stage = Stage.QUEUED;
    // what nobody knows any more is not to be acknowledged
    this.#say(session, job, "queued", (error, known) =>
      done(error ?? (known === 0 ? new AppError("UNAVAILABLE") : undefined)),
    );
  }

  refused(session: string, job: string, done: (queued: boolean) => void): void {
    const waiting = this.#waiting.get(session, job);
    if (waiting?.stage === Stage.OPENED) waiting.stage = Stage.REFUSED;
    this.#say(session, job, "refused", (_, answer) => done(answer === HELD));
  }

  resume(session: string, waiter: Waiter, done: Resumer): void {
    this.#sayUnsaid(session);
    const questions = this.#questions.ask(session);
    this.#scripts.resume(session, (error, all) => {
      this.#questions.answered(session, questions);
      for (const found of all) this.#put(session, found, waiter, questions);
      const calls = all.map(({ call }) => call);
      done(error, calls);
      this.#repeat(session, all, waiter, questions);
    });
  }

  answer(session: string, job: string, answer: Uint8Array, done: (safe: boolean) => void): void {
    this.#bytes += answer.length;
    this.#scripts.answer(session, job, answer, (_error, taken, before) => {
      this.#bytes -= answer.length;
      if (taken === Taken.YOURS) this.#answered(session, job, before ?? answer);
      done(taken !== Taken.AGAIN && !(taken === Taken.UNKNOWN && this.#isUnsure));
    });
  }

  progress(session: string, job: string, data: Uint8Array): void {
    this.#scripts.progress(session, job, data);
  }

  delivered(session: string, job: string): void {
    this.#waiting.delete(session, job);
    this.#say(session, job, "delivered");
  }

  left(session: string): void {
    this.#questions.over(session);
    this.#waiting.deleteSession(session);
  }

  waiterGone(waiter: Waiter): void {
    this.#gone.add(waiter);
    this.#waiting.deleteOf(waiter);
  }

  sessionEnded(session: string): void {
    const asked = this.#questions.over(session);
    // of others nothing is here; what Redis has of them is forgotten with their answers
    if (!asked && !this.#waiting.has(session)) return;
    this.#waiting.deleteSession(session);
    this.#scripts.forget(session);
  }

  close(): void {
    this.#rounds.stop();
    this.#words.stop();
    this.#scripts.close();
  }

  #put(session: string, { call, since, queued }: Found, waiter: Waiter, questions: OpenQuestions): void {
    if (since === undefined || questions.over || this.#gone.has(waiter)) return;
    const stage = queued ? Stage.QUEUED : Stage.OPENED;
    this.#waiting.put(session, { call, waiter, stage, since, toldAt: 0, doubted: false });
  }

  /** Tells whoever has asked the answers that there are. */
  #repeat(session: string, all: readonly Found[], waiter: Waiter, { missed, over }: OpenQuestions): void {
    if (over) return;
    let again = false;
    for (const { call, since, answer } of all) {
      if (answer === undefined) again ||= missed.has(call.job);
      else if (since === undefined) waiter.answered(call.job, answer);
      else this.#answered(session, call.job, answer);
    }
    if (again) this.#askAgain(session);
  }

  /** Redis says by itself that there is an answer, or that a session has gone on elsewhere. */
  #told(data: Buffer): void {
    const { texts, rest } = readLengthened(data.subarray(1), 2);
    const [session = "", job = ""] = texts;
    if (data[0] === MOVED) this.#waiting.deleteBefore(session, rest.readDoubleLE());
    else this.#answered(session, job, rest);
  }

  #answered(session: string, job: string, answer: Uint8Array): void {
    const waiting = this.#waiting.get(session, job);
    if (waiting === undefined) this.#questions.missed(session, job);
    else if (waiting.stage !== Stage.TOLD) {
      waiting.stage = Stage.TOLD;
      waiting.toldAt = performance.now();
      waiting.waiter.answered(job, answer);
    }
  }

  #askAgain(session: string): void {
    this.#waiting.deleteTold(session, performance.now() - TOLD_MS);
    this.#scripts.wait(session, this.#waiting.of(session), this.#isUnsure, (job, answer) => {
      if (answer === undefined) this.#waiting.delete(session, job);
      else if (!isOnItsWay(this.#waiting.get(session, job), answer)) this.#answered(session, job, answer);
    });
  }

  #sayUnsaid(session: string): void {
    for (const [job, word] of this.#unsaid.take(session)) this.#say(session, job, word);
  }

  #say(session: string, job: string, word: Word, said?: (error: AppError | undefined, answer: unknown) => void): void {
    const { since } = this.#waiting.get(session, job) ?? {};
    this.#scripts.say(session, job, word, since, (error, answer) => {
      said?.(error, answer);
      if (error?.code === "UNAVAILABLE" || error?.code === "OVERLOADED") this.#unsaid.keep(session, job, word);
      else if (word === "refused") this.#refused(session, job, answer);
    });
  }

  #refused(session: string, job: string, answer: unknown): void {
    const waiting = this.#waiting.get(session, job);
    if (waiting?.stage !== Stage.REFUSED) return;
    if (answer === 1) this.#waiting.delete(session, job);
    else if (answer === HELD) waiting.stage = Stage.QUEUED;
  }
}
