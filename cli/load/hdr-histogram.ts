/** So many bits of a value are kept: what is read back is at most 1/1024 too large. */
const KEPT_BITS = 11;
const HALF = 2 ** (KEPT_BITS - 1);
/** The highest value, 71 minutes in microseconds; what is more is taken for it. */
const HIGHEST = 0xffff_ffff;
const SIZE = indexOf(HIGHEST) + 1;

/** What can be sent to another process, and added to a histogram there. */
export interface PackedHistogram {
  /** Index and count by turns, of buckets that have something in them. */
  readonly buckets: Uint32Array;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** Durations as reports have them, in microseconds. All are 0 where nothing was recorded. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/**
 * Counts durations in microseconds so finely that percentiles are right to a thousandth, as Gil Tene's HdrHistogram does:
 * buckets of one width up to 2,048 µs, and of twice the width from each power of two on. That of `node:perf_hooks` can
 * neither be sent to a process nor asked for its buckets; the package hdr-histogram-js brings three others along.
 */
export class HdrHistogram {
  readonly #counts = new Uint32Array(SIZE);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** @param us what is below 0, or no number, is taken for 0 */
  record(us: number): void {
    const value = us > 0 ? Math.min(HIGHEST, Math.round(us)) : 0;
    (this.#counts[indexOf(value)] as number) += 1;
    this.#count += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** What `percentile` percent did not exceed; 0 where nothing was recorded. @param percentile from 0 to 100 */
  percentile(percentile: number): number {
    const wanted = Math.max(1, Math.ceil((percentile / 100) * this.#count - 1e-9));
    let before = 0;
    for (const [highest, count] of this.buckets()) {
      before += count;
      if (before >= wanted) return Math.min(highest, this.#max);
    }
    return this.#max;
  }

  /** What has something in it, in order: the highest value of each bucket, and how many it has. */
  *buckets(): Generator<readonly [highest: number, count: number]> {
    for (let index = 0; index < SIZE; index++) {
      const count = this.#counts[index] as number;
      if (count > 0) yield [highestOf(index), count];
    }
  }

  latency(): Latency {
    return {
      count: this.#count,
      mean: this.#count === 0 ? 0 : Math.round(this.#sum / this.#count),
      min: this.#count === 0 ? 0 : this.#min,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.#max,
    };
  }

  add({ buckets, sum, min, max }: PackedHistogram): void {
    for (let at = 0; at + 1 < buckets.length; at += 2) {
      const index = buckets[at] as number;
      const count = buckets[at + 1] as number;
      if (index >= SIZE) continue;
      (this.#counts[index] as number) += count;
      this.#count += count;
    }
    this.#sum += sum;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
  }

  /** What was recorded, to be added to another one. */
  copy(): PackedHistogram {
    const packed: number[] = [];
    for (let index = 0; this.#count > 0 && index < SIZE; index++) {
      const count = this.#counts[index] as number;
      if (count > 0) packed.push(index, count);
    }
    return { buckets: Uint32Array.from(packed), sum: this.#sum, min: this.#min, max: this.#max };
  }

  /** The same, and begins anew. */
  take(): PackedHistogram {
    const taken = this.copy();
    if (this.#count > 0) this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
    return taken;
  }
}

function indexOf(value: number): number {
  const shift = Math.max(0, 32 - KEPT_BITS - Math.clz32(value));
  return shift * HALF + (value >>> shift);
}

function highestOf(index: number): number {
  if (index < 2 * HALF) return index;
  const shift = Math.floor(index / HALF) - 1;
  return (index - shift * HALF + 1) * 2 ** shift - 1;
}
