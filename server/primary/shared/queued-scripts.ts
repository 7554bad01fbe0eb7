import type { AppError } from "../../../shared/errors.ts";
import { insteadOf } from "../../queued/answer.ts";
import { NOT_KEPT, TOO_LARGE } from "../../queued/unkept-answers.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { largestAnswer } from "../../sessions/claim.ts";
import type { QueuedCall, QueuedCallsOptions } from "../queued/queued-calls.ts";
import { tooManyCalls } from "../queued/too-many-calls.ts";
import { AnswerShares } from "./answer-shares.ts";
import { lengthened } from "./fields.ts";
import { Known, Taken } from "./queued-states.ts";
import { SESSION_SCRIPT } from "./session-script.ts";
import { REFRESH_MS } from "./session-times.ts";
import type { Word } from "./unsaid-words.ts";
import { Stage, type WaitingCall } from "./waiting-calls.ts";

/** A call as Redis has it. */
export interface Found {
  readonly call: QueuedCall;
  /** Since when this host waits for it; undefined where its client has had the answer. */
  readonly since: number | undefined;
  /** Whether the queue has it. */
  readonly queued: boolean;
  readonly answer: Uint8Array | undefined;
}

type Opened = (error: AppError | undefined, found: Found | undefined) => void;
type Resumed = (error: AppError | undefined, found: readonly Found[]) => void;
/** Told what became of an answer, one of `Taken`; and where the job had another one, that. */
type Answered = (error: AppError | undefined, taken: number, before: Buffer | undefined) => void;
/** Told what the function gave: see queued-functions.ts. */
type Said = (error: AppError | undefined, answer: unknown) => void;
/** Told of jobs that have an answer, or are none of this host's. */
type News = (job: string, answer: Buffer | undefined) => void;

/** So many of the largest answers may wait for one session's client, and so many are kept that it has had. */
const OF_ONE_SESSION = 8;
/** Calls that Redis is asked about at once. */
const AT_ONCE = 200;
/** How Redis is told where a call stands. */
const STATES = { [Stage.OPENED]: "o", [Stage.QUEUED]: "q", [Stage.TOLD]: "t" } as const;
/** A host that is gone has said so long ago, at most, that it waits: about twice between two of its rounds, and some more. */
const ROUNDS = 3;

/** What can be asked of Redis about calls that a queue keeps: see queued-functions.ts. */
export class QueuedScripts {
  readonly #redis: SharedRedis;
  readonly #windowMs: string;
  /** How long calls are kept that nobody speaks of any more. */
  readonly #keptMs: string;
  readonly #mostCalls: number;
  readonly #largest: number;
  readonly #most: string;
  readonly #shares: AnswerShares;

  constructor(redis: SharedRedis, { windowMs, budget, mostCalls }: QueuedCallsOptions) {
    this.#redis = redis;
    this.#mostCalls = mostCalls;
    this.#windowMs = String(windowMs);
    this.#keptMs = String(windowMs + ROUNDS * REFRESH_MS);
    this.#largest = largestAnswer(budget);
    this.#most = String(this.#largest * OF_ONE_SESSION);
    this.#shares = new AnswerShares({
      ...{ windowMs, budget },
      trim: (session, most) =>
        this.#run(session, "q_trim", [this.#windowMs, String(most)], (error, bytes) =>
          this.#takes(session, error, bytes),
        ),
    });
  }

  open(session: string, call: QueuedCall, opened: Opened): void {
    const { host } = this.#redis;
    const args = [host, this.#keptMs, this.#windowMs, String(this.#mostCalls), ...textsOf(call)];
    this.#run(session, "q_open", args, (error, answer) => {
      if (error !== undefined) opened(error, undefined);
      else if (answer === 0) opened(tooManyCalls(this.#mostCalls), undefined);
      else if (typeof answer === "number") opened(undefined, { call, since: answer, queued: false, answer: undefined });
      else opened(undefined, known(call, answer as KnownCall));
    });
  }

  resume(session: string, resumed: Resumed): void {
    this.#run(session, "q_resume", [this.#redis.host, this.#keptMs], (error, answer) => {
      if (error !== undefined) resumed(error, []);
      else resumed(undefined, readCalls(answer as readonly (number | Buffer | null)[]));
    });
  }

  answer(session: string, job: string, answer: Uint8Array, answered: Answered): void {
    const large = answer.length > this.#largest;
    const args = [job, this.#redis.host, this.#most, ...(large ? [insteadOf(answer, TOO_LARGE), answer] : [answer])];
    this.#run(session, "q_answer", args, (error, taken) => {
      const [what, before] = (Array.isArray(taken) ? taken : [taken]) as [number, Buffer?];
      answered(error, error === undefined ? what : Taken.AGAIN, before);
    });
  }

  progress(session: string, job: string, data: Uint8Array): void {
    this.#run(session, "q_progress", [job, data]);
  }

  /** @param since when this host began to wait for it, where it does */
  say(session: string, job: string, word: Word, since: number | undefined, said: Said): void {
    const args = {
      queued: [job],
      refused: [job, this.#redis.host, String(since)],
      delivered: [job, this.#windowMs, this.#most],
    };
    this.#run(session, `q_${word}`, args[word], (error, answer) => {
      if (word === "delivered") this.#takes(session, error, answer);
      said(error, answer);
    });
  }

  /**
   * Says what is waited for here, and asks what has become of it. Keeps all that is known of the session.
   * @param unsure whether Redis may have lost the last of what it had
   */
  wait(session: string, calls: Iterable<WaitingCall>, unsure: boolean, news: News): void {
    let texts: string[] = [];
    let count = 0;
    const ask = (): void => {
      const args = [this.#redis.host, this.#keptMs, unsure ? "1" : "", lengthened(texts)];
      texts = [];
      count = 0;
      this.#run(session, "q_wait", args, (error, answer) => {
        if (error !== undefined) return; // the next round asks again
        const found = answer as readonly (Buffer | null)[];
        for (let at = 0; at < found.length; at += 2) news(String(found[at]), found[at + 1] ?? undefined);
      });
    };
    for (const { call, since, stage } of calls) {
      if (stage === Stage.REFUSED) continue;
      const [job, ...rest] = textsOf(call);
      texts.push(job, String(since), STATES[stage], ...rest);
      count++;
      if (count === AT_ONCE) ask();
    }
    ask();
  }

  forget(session: string): void {
    this.#shares.forget(session);
    this.#run(session, "q_forget", [this.#redis.host]);
  }

  close(): void {
    this.#shares.close();
  }

  /** Redis has said what a session takes of it now. */
  #takes(session: string, error: AppError | undefined, bytes: unknown): void {
    if (error === undefined && typeof bytes === "number") this.#shares.told(session, bytes);
  }

  #run(
    session: string,
    name: string,
    args: readonly ScriptArgument[],
    ran?: (error: AppError | undefined, answer: unknown) => void,
  ): void {
    this.#redis.run(SESSION_SCRIPT, session, name, [session, ...args], ran);
  }
}

type KnownCall = readonly [job: Buffer, known: number, since?: number, answer?: Buffer];

function known(call: QueuedCall, [job, stands, since, answer]: KnownCall): Found {
  const had = stands === Known.DELIVERED || stands === Known.NOT_KEPT;
  return {
    call: { ...call, job: job.toString() },
    since: had ? undefined : since,
    queued: stands !== Known.OPENED,
    answer: stands === Known.NOT_KEPT ? NOT_KEPT : answer,
  };
}

function readCalls([since, ...fields]: readonly (number | Buffer | null)[]): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < fields.length; at += 5) {
    const [job, id, procedure, key] = fields.slice(at, at + 4).map(String) as [string, string, string, string];
    const call = { job, call: Number(id), procedure, key: key === "" ? undefined : key.slice(1) };
    found.push({ call, since: since as number, queued: true, answer: (fields[at + 4] as Buffer | null) ?? undefined });
  }
  return found;
}

/** Its key with a mark in front, as one may be empty. */
function textsOf({
  job,
  call,
  procedure,
  key,
}: QueuedCall): [job: string, call: string, procedure: string, key: string] {
  return [job, String(call), procedure, key === undefined ? "" : `+${key}`];
}
