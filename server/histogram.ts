/**
 * The upper bounds of the buckets, in milliseconds; one more takes what is longer. From what one message costs to the
 * longest that a call may reasonably take, two to three per power of ten: an estimate is off by no more than its bucket
 * is wide. The same everywhere, or histograms of several processes could not be summed.
 */
const BOUNDS_MS: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
];
const LONGER = BOUNDS_MS.length;

export const MS_PER_SECOND = 1_000;

/** The same bounds in seconds, as Prometheus wants them. */
export const BOUNDS_SECONDS: readonly number[] = BOUNDS_MS.map((ms) => ms / MS_PER_SECOND);

export interface HistogramBucket {
  /** Counts what took up to this many milliseconds. JSON has no infinity. */
  readonly le: number | "+Inf";
  /** How many did, those of the buckets before included. */
  readonly count: number;
}

export interface HistogramSnapshot {
  readonly count: number;
  /** Of all durations, in milliseconds. */
  readonly sum: number;
  readonly buckets: readonly HistogramBucket[];
  /** Estimates in milliseconds; 0 while nothing was recorded. */
  readonly p50: number;
  readonly p99: number;
}

/** Counts durations by how long they were. To record one allocates nothing. */
export class Histogram {
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1);
  // a fraction in a plain field may be put on the heap anew each time
  readonly #sum = new Float64Array(1);

  /**
   * @param ms a duration in milliseconds; what is below 0, as when a clock is put back, and what is no number is taken for 0
   * @param times how many took so long @default 1
   */
  record(ms: number, times = 1): void {
    const duration = ms > 0 ? ms : 0;
    let index = 0;
    while (index < LONGER && duration > (BOUNDS_MS[index] as number)) index += 1;
    (this.#counts[index] as number) += times;
    (this.#sum[0] as number) += duration * times;
  }

  /** How many fell into each bucket, those of the buckets before not included. Not to be changed. */
  get counts(): Iterable<number> {
    return this.#counts;
  }

  /** Of all durations, in milliseconds. */
  get sumMs(): number {
    return this.#sum[0] as number;
  }

  /** How many were recorded. */
  get count(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  /**
   * Estimates the duration, in milliseconds, that a part `q` of all did not exceed, as if those of a bucket lay evenly
   * spread in it. 0 while nothing was recorded; never more than the highest bound, 60,000.
   * @param q from 0 to 1
   */
  quantile(q: number): number {
    const total = this.count;
    if (total === 0) return 0;
    const rank = Math.min(1, Math.max(0, q)) * total;
    let before = 0;
    let lower = 0;
    for (let index = 0; index < LONGER; index++) {
      const upper = BOUNDS_MS[index] as number;
      const count = this.#counts[index] as number;
      if (count > 0 && before + count >= rank) return lower + (upper - lower) * ((rank - before) / count);
      before += count;
      lower = upper;
    }
    return lower;
  }

  /** As it stands, fit for JSON. Counts are cumulative, as in Prometheus's histograms. */
  snapshot(): HistogramSnapshot {
    let count = 0;
    const buckets: HistogramBucket[] = [];
    for (let index = 0; index <= LONGER; index++) {
      count += this.#counts[index] as number;
      buckets.push({ le: BOUNDS_MS[index] ?? "+Inf", count });
    }
    return { count, sum: this.#sum[0] as number, buckets, p50: this.quantile(0.5), p99: this.quantile(0.99) };
  }
}
