import type { AppError } from "../shared/errors.ts";

export const BACKOFF = { minDelayMs: 500, maxDelayMs: 20_000 };
const LONGEST_MS = 3_600_000;

/**
 * How long to wait before a new attempt, in milliseconds. The random part grows with the attempts and never goes away:
 * with a fixed cap, all clients of a server that was down for long would come back in the same instant.
 *
 * @param attempt attempts that failed before, from 0
 * @param minMs the least wait @default 500
 * @param maxMs the most that chance adds @default 20_000
 * @param random gives numbers from 0 to 1
 */
export function backoff(
  attempt: number,
  minMs: number = BACKOFF.minDelayMs,
  maxMs: number = BACKOFF.maxDelayMs,
  random: () => number = Math.random,
): number {
  return minMs + random() * Math.min(maxMs, minMs * 2 ** attempt);
}

/** A delay the server asked for, in milliseconds: within 0 and an hour whatever it sent, 0 where it is no number. */
export function requestedDelay(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(value, LONGEST_MS) : 0;
}

/** How long to wait before what was refused with `error` is tried again, as far as the server says: see {@link requestedDelay}. */
export function retryAfter({ details }: AppError): number {
  return requestedDelay((details as { retryAfterMs?: unknown } | null | undefined)?.retryAfterMs);
}
