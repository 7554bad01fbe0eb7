import { MS_PER_SECOND } from "../histogram.ts";
import { type LabelsOf, METRIC_NAMES, METRICS, type MetricName, type NamesOf } from "./definitions.ts";

/**
 * One series: the values of its labels, and what it counts: one number, or of a histogram how many fell into each bucket,
 * none of them cumulative, and behind these the sum of all in seconds.
 */
export type Series = readonly [labels: readonly string[], values: readonly number[]];

/** What a process has counted: plain data, fit for MessagePack and JSON. */
export type Snapshot = { readonly [Name in MetricName]?: readonly Series[] };

type Growing = { [Name in MetricName]?: Series[] };

/** What a histogram of durations holds: how many fell into each bucket, not cumulative, and the sum in milliseconds. */
export interface Durations {
  readonly counts: Iterable<number>;
  readonly sumMs: number;
}

/** Puts a snapshot together. */
export class SnapshotBuilder {
  readonly #series: Growing = {};

  /** Adds a counter or a gauge. */
  add<Name extends NamesOf<"counter" | "gauge">>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#push(name, labels, [value]);
  }

  addHistogram<Name extends NamesOf<"histogram">>(name: Name, labels: LabelsOf<Name>, histogram: Durations): void {
    const { counts, sumMs } = histogram;
    this.#push(name, labels, [...counts, sumMs / MS_PER_SECOND]);
  }

  build(): Snapshot {
    return this.#series;
  }

  #push(name: MetricName, labels: readonly string[], values: readonly number[]): void {
    const all = this.#series[name];
    if (all === undefined) this.#series[name] = [[labels, values]];
    else all.push([labels, values]);
  }
}

/** Makes one of several: what has the same labels is added up. Metrics that are not known here are left out. */
export function mergeSnapshots(snapshots: Iterable<Snapshot>): Snapshot {
  const sums = new Map<MetricName, Map<string, [labels: readonly string[], values: number[]]>>();
  for (const snapshot of snapshots) {
    for (const name of METRIC_NAMES) {
      const all = snapshot[name];
      if (all === undefined) continue;
      const known = sums.get(name) ?? new Map<string, [readonly string[], number[]]>();
      sums.set(name, known);
      for (const [labels, values] of all) {
        const key = keyOf(labels);
        const sum = known.get(key);
        if (sum === undefined) known.set(key, [labels, [...values]]);
        else for (let index = 0; index < values.length; index++) (sum[1][index] as number) += values[index] as number;
      }
    }
  }
  return Object.fromEntries([...sums].map(([name, known]) => [name, [...known.values()]]));
}

/** Only what never falls: counters and histograms. What a process that is gone has to say. */
export function countersOf(snapshot: Snapshot): Snapshot {
  const kept: Growing = {};
  for (const name of METRIC_NAMES) {
    const all = snapshot[name];
    if (all !== undefined && METRICS[name].type !== "gauge") kept[name] = [...all];
  }
  return kept;
}

/** Names a series. The lengths tell where each value ends, whatever is in it. */
function keyOf(labels: readonly string[]): string {
  if (labels.length < 2) return labels[0] ?? "";
  let key = "";
  for (const label of labels) key += `${label.length}:${label}`;
  return key;
}
