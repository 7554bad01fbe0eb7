import type { LightSample } from "./sweat-run.ts";

/** How long a row of calls took, in milliseconds. */
export interface Latencies {
  readonly median: number;
  /** All but the slowest hundredth took no longer. */
  readonly p99: number;
}

/** Undefined where nothing was measured. */
export function summarize(values: readonly number[]): Latencies | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const median = percentile(sorted, 50);
  const p99 = percentile(sorted, 99);
  return median === undefined || p99 === undefined ? undefined : { median, p99 };
}

/** Light calls in peace, and while heavy ones were made. */
export interface Comparison {
  readonly before: Latencies | undefined;
  readonly during: Latencies | undefined;
}

export function compare(samples: readonly LightSample[]): Comparison {
  const times = (sweating: boolean) =>
    samples.filter((sample) => sample.sweating === sweating).map(({ tookMs }) => tookMs);
  return { before: summarize(times(false)), during: summarize(times(true)) };
}

/** By nearest rank, so that it is always a time that was measured. */
function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
}
