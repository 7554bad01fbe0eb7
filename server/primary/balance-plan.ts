/** Socket workers whose numbers of connections are within this part of the mean are balanced… */
const TOLERANCE = 0.1;
/** …or within so many, where there are few. */
const FEW = 1;

/** What one socket worker is to do. */
export interface Share {
  /** How many connections it is to have. */
  readonly target: number;
  /** How many it has too many. */
  readonly surplus: number;
}

/**
 * Which socket worker should have how many connections.
 *
 * @param counts how many each has @returns the shares, in the same order; undefined where they are balanced
 */
export function balancePlan(counts: readonly number[]): readonly Share[] | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = total / counts.length;
  const tolerance = Math.max(TOLERANCE * mean, FEW);
  if (counts.every((count) => Math.abs(count - mean) <= tolerance)) return undefined;
  const least = Math.floor(mean);
  // what cannot be divided stays with those that have most: fewest have to move
  let rest = total - least * counts.length;
  const shares: Share[] = counts.map(() => ({ target: least, surplus: 0 }));
  const byCount = counts.map((count, index) => ({ count, index })).sort((a, b) => b.count - a.count);
  for (const { count, index } of byCount) {
    const target = rest-- > 0 ? least + 1 : least;
    shares[index] = { target, surplus: Math.max(0, count - target) };
  }
  return shares;
}
