import { Histogram } from "../histogram.ts";

/**
 * What has been counted so far, by metric: series of the values of their labels, and their numbers. Of a histogram these
 * are how many fell into each bucket, and behind them the sum of all.
 */
export type Counted = Readonly<
  Record<string, readonly (readonly [labels: readonly string[], values: readonly number[]])[] | undefined>
>;

/** A label's value, or any. */
type Wanted = string | undefined;

const BOUNDS_MS = new Histogram().snapshot().buckets.map(({ le }) => (le === "+Inf" ? Number.NaN : le));

/** What has been counted between two moments. */
export class Growth {
  readonly now: Counted;
  readonly #before: Counted;
  readonly #seconds: number;

  constructor(before: Counted, now: Counted, seconds: number) {
    this.#before = before;
    this.now = now;
    this.#seconds = seconds;
  }

  /** How much a counter grew in each second, all series with these labels together. */
  perSecond(name: string, ...wanted: readonly Wanted[]): number {
    return Math.max(0, sum(this.now, name, wanted) - sum(this.#before, name, wanted)) / this.#seconds;
  }

  /** How long what was recorded of a histogram took, in milliseconds; undefined where nothing was. */
  quantileMs(q: number, name: string, ...wanted: readonly Wanted[]): number | undefined {
    const before = buckets(this.#before, name, wanted);
    return quantileMs(
      buckets(this.now, name, wanted).map((count, index) => Math.max(0, count - (before[index] ?? 0))),
      q,
    );
  }
}

/** What a counter or a gauge stands at, all series with these labels together. */
export function sum(counted: Counted, name: string, wanted: readonly Wanted[] = []): number {
  let total = 0;
  for (const [labels, [value = 0]] of counted[name] ?? []) if (fits(labels, wanted)) total += value;
  return total;
}

/** The values that a label has. */
export function valuesOf(counted: Counted, name: string, label: number): string[] {
  return [...new Set(counted[name]?.map(([labels]) => labels[label] ?? ""))];
}

function buckets(counted: Counted, name: string, wanted: readonly Wanted[]): number[] {
  const total = BOUNDS_MS.map(() => 0);
  for (const [labels, values] of counted[name] ?? []) {
    if (fits(labels, wanted))
      for (const index of total.keys()) total[index] = (total[index] ?? 0) + (values[index] ?? 0);
  }
  return total;
}

function fits(labels: readonly string[], wanted: readonly Wanted[]): boolean {
  return wanted.every((value, index) => value === undefined || labels[index] === value);
}

/** As {@link Histogram.quantile}, of counts. */
function quantileMs(counts: readonly number[], q: number): number | undefined {
  const rank = q * counts.reduce((total, count) => total + count, 0);
  if (rank === 0) return undefined;
  let before = 0;
  let lower = 0;
  for (const [index, count] of counts.entries()) {
    const upper = BOUNDS_MS[index] ?? Number.NaN;
    if (Number.isNaN(upper)) break;
    if (count > 0 && before + count >= rank) return lower + (upper - lower) * ((rank - before) / count);
    before += count;
    lower = upper;
  }
  return lower;
}
