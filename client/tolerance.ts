/** How many attempts at calls may go unanswered before a connection is taken for dead. */
export interface Tolerance {
  /** More than this part of the attempts within one interval may not go unanswered, from 0 to 1. */
  readonly ratio: number;
  /** In milliseconds. */
  readonly intervalMs: number;
}

/**
 * Counts attempts that ran out of time beside all that ended, interval by interval.
 *
 * @param exceeded called at the one that is too many; counting begins anew then
 * @throws RangeError where an option makes no sense
 */
export function createTolerance({ ratio, intervalMs }: Tolerance, exceeded: () => void): (timedOut: boolean) => void {
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError("tolerance.ratio must be from 0 to 1.");
  if (!(intervalMs > 0)) throw new RangeError("tolerance.intervalMs must be above 0.");
  let startedAt = Number.NEGATIVE_INFINITY;
  let all = 0;
  let timedOut = 0;
  return (late) => {
    const now = performance.now();
    if (now - startedAt >= intervalMs) {
      startedAt = now;
      all = timedOut = 0;
    }
    all++;
    if (!late || ++timedOut <= ratio * all) return;
    all = timedOut = 0;
    exceeded();
  };
}
