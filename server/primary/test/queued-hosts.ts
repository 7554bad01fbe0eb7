import { onTestFinished } from "vitest";
import { resultAnswer } from "../../queued/answer.ts";
import { startHost, type TestHost } from "../../redis/test/hosts.ts";
import { MOST_CALLS } from "../queued/test/queued-calls-suite.ts";
import { SharedQueuedCalls, type SharedQueuedCallsOptions } from "../shared/shared-queued-calls.ts";

/** A host that knows the calls which a queue keeps. */
export interface QueuedHost extends TestHost {
  readonly calls: SharedQueuedCalls;
}

/** Bytes that answers may take: the largest has 10,000. */
export const BUDGET = 640_000;

export interface QueuedHostOptions extends Partial<SharedQueuedCallsOptions> {
  /** Of Redis. */
  readonly url: string;
}

/** Starts one that looks after things quickly, and is sure of what Redis says at once. */
export async function startQueuedHost(prefix: string, { url, ...options }: QueuedHostOptions): Promise<QueuedHost> {
  const host = await startHost(url, prefix);
  const usual = { windowMs: 60_000, budget: BUDGET, mostCalls: MOST_CALLS, stepMs: 20, unsureMs: 0 };
  const calls = new SharedQueuedCalls({ ...host, ...usual, ...options });
  onTestFinished(() => calls.close());
  return { ...host, calls };
}

let sessions = 0;

/** One that there has not been. */
export function aSession(): string {
  sessions++;
  return `session-${sessions}`;
}

export function textAnswer(text: string): Buffer {
  return resultAnswer(Buffer.from(text));
}

/** An answer of so many bytes, and some more. */
export function longAnswer(size: number): Buffer {
  return resultAnswer(Buffer.alloc(size, "x"));
}
