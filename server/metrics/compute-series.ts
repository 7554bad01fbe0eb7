import type { ComputeReport } from "../compute/compute-metrics.ts";
import type { HistogramSnapshot } from "../histogram.ts";
import { type Snapshot, SnapshotBuilder } from "./snapshot.ts";

/** What becomes of tasks, in the words of the report. */
const OUTCOMES = ["done", "failed", "crashed", "refused", "cancelled"] as const;
const STATES = ["queued", "running"] as const;

/** What a compute host tells of itself, as series. */
export function computeSeries(report: ComputeReport): Snapshot {
  const snapshot = new SnapshotBuilder();
  snapshot.add("fugitive_compute_threads", [], report.threads);
  snapshot.add("fugitive_compute_thread_deaths_total", [], report.threadRestarts);
  snapshot.add("fugitive_compute_queued_bytes", [], report.queuedBytes);
  snapshot.add("fugitive_resident_memory_bytes", ["compute", ""], report.memory);
  for (const [name, tasks] of Object.entries(report.procedures)) {
    for (const state of STATES) snapshot.add("fugitive_tasks", [name, state], tasks[state]);
    for (const outcome of OUTCOMES) snapshot.add("fugitive_tasks_total", [name, outcome], tasks[outcome]);
    snapshot.addHistogram("fugitive_task_wait_seconds", [name], apart(tasks.wait));
    snapshot.addHistogram("fugitive_task_run_seconds", [name], apart(tasks.run));
  }
  return snapshot.build();
}

/** With each bucket by itself. */
function apart({ buckets, sum }: HistogramSnapshot): { counts: number[]; sumMs: number } {
  return { counts: buckets.map(({ count }, index) => count - (buckets[index - 1]?.count ?? 0)), sumMs: sum };
}
