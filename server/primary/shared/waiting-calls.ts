import { isUnkept } from "../../queued/unkept-answers.ts";
import type { QueuedCall, Waiter } from "../queued/queued-calls.ts";

/** Where a call stands, as far as this host knows. */
export const Stage = {
  OPENED: 0,
  QUEUED: 1,
  /** The queue has it not, or that is not known: Redis has yet to hear so. */
  REFUSED: 2,
  /** Its waiter was told the answer. */
  TOLD: 3,
} as const;

export type Stage = (typeof Stage)[keyof typeof Stage];

/** A call that somebody waits for at this host. */
export interface WaitingCall {
  readonly call: QueuedCall;
  waiter: Waiter;
  stage: Stage;
  /** Since when, by the clock of Redis: whoever waits since later is the one who does. */
  since: number;
  /** Since when it is TOLD, by `performance.now()`. */
  toldAt: number;
  /** Whether Redis has said once that its answer is not kept. */
  doubted: boolean;
}

/**
 * Whether the whole of an answer that Redis has not kept may come in the next moment: it is told once, to who is there. Where it
 * has not come when that is asked again, it is lost.
 */
export function isOnItsWay(waiting: WaitingCall | undefined, answer: Uint8Array): boolean {
  if (waiting === undefined || waiting.doubted || !isUnkept(answer)) return false;
  waiting.doubted = true;
  return true;
}

/** The calls that are waited for at this host, by session and job. */
export class WaitingCalls {
  readonly #sessions = new Map<string, Map<string, WaitingCall>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  sessions(): Iterator<string> {
    return this.#sessions.keys();
  }

  has(session: string): boolean {
    return this.#sessions.has(session);
  }

  get(session: string, job: string): WaitingCall | undefined {
    return this.#sessions.get(session)?.get(job);
  }

  /** Those of a session. */
  of(session: string): Iterable<WaitingCall> {
    return this.#sessions.get(session)?.values() ?? [];
  }

  /** In place of what was known of the same job. */
  put(session: string, waiting: WaitingCall): void {
    const { job } = waiting.call;
    const calls = this.#sessions.get(session);
    if (calls?.has(job) !== true) this.#size++;
    if (calls === undefined) this.#sessions.set(session, new Map([[job, waiting]]));
    else calls.set(job, waiting);
  }

  delete(session: string, job: string): void {
    const calls = this.#sessions.get(session);
    if (calls?.delete(job) !== true) return;
    this.#size--;
    if (calls.size === 0) this.#sessions.delete(session);
  }

  deleteSession(session: string): void {
    this.#size -= this.#sessions.get(session)?.size ?? 0;
    this.#sessions.delete(session);
  }

  /** Those of a session that have been waited for since before. */
  deleteBefore(session: string, since: number): void {
    for (const { call, since: began } of this.of(session)) if (began < since) this.delete(session, call.job);
  }

  /** Those of a session that were told their answers before, and of which nothing was heard since. */
  deleteTold(session: string, before: number): void {
    for (const { call, stage, toldAt } of this.of(session)) {
      if (stage === Stage.TOLD && toldAt < before) this.delete(session, call.job);
    }
  }

  /** A process is gone, which happens seldom enough to look at all there is. */
  deleteOf(waiter: Waiter): void {
    for (const [session, calls] of this.#sessions) {
      for (const { call, waiter: who } of calls.values()) if (who === waiter) this.delete(session, call.job);
    }
  }
}
