import { MAX_TIMER_MS } from "../../shared/limit.ts";
import type { QueueOptions } from "./job-queue.ts";

/** The least and the most of what is a number; as in the tables of flags, where there is one for it. */
const LIMITS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  hostGoneMs: [1, MAX_TIMER_MS],
  retryMs: [1, MAX_TIMER_MS],
  claimAfterMs: [100, MAX_TIMER_MS],
  waitMs: [1, MAX_TIMER_MS],
  maxWaiting: [1, Number.MAX_SAFE_INTEGER],
  maxWaitingBytes: [1, Number.MAX_SAFE_INTEGER],
  // as many as RabbitMQ can be told
  replyConcurrency: [1, 65_535],
};

/** Looks at the numbers among a queue's options. @throws RangeError naming one that is none, or out of its limits */
export function checkQueueOptions(options: QueueOptions & { readonly claimAfterMs?: number }): void {
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
      throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}.`);
    }
  }
}
