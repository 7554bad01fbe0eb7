/** How often something may be done. */
export interface Rate {
  /** Milliseconds that one costs. */
  readonly intervalMs: number;
  /** Milliseconds' worth that may come at once, after a pause. */
  readonly burstMs: number;
}

/** So many a second on average, and what `burstMs` milliseconds allow at once; one at least. */
export function perSecond(count: number, burstMs: number): Rate {
  const intervalMs = 1_000 / count;
  return { intervalMs, burstMs: Math.max(burstMs, intervalMs) };
}

/** `limit` at once, and so many again in each `perMs` milliseconds, one after the other. */
export function limitPer(limit: number, perMs: number): Rate {
  return { intervalMs: perMs / limit, burstMs: perMs };
}

/** How many may be done at once. */
export function burstOf({ intervalMs, burstMs }: Rate): number {
  return Math.floor(burstMs / intervalMs + ROUNDING_MS);
}

/** Sums of milliseconds with fractions are not exact. */
export const ROUNDING_MS = 0.001;
