import { expect, it } from "vitest";
import { TaskMetrics } from "../compute/compute-metrics.ts";
import { samplesOf } from "../test/prometheus-parser.ts";
import { computeSeries } from "./compute-series.ts";
import { prometheusText } from "./prometheus-text.ts";

it("what a compute host reports is told in seconds, by task", () => {
  const tasks = new TaskMetrics();
  Object.assign(tasks, { queued: 2, running: 1, done: 3, crashed: 1 });
  for (const ms of [0.2, 30, 30]) tasks.run.record(ms);
  const sizes = { threads: 2, queued: 2, running: 1, queuedBytes: 512, threadRestarts: 4, memory: 1_000 };
  const text = prometheusText(computeSeries({ ...sizes, procedures: { "heavy.hash": tasks.snapshot() } }));
  const samples = samplesOf(text);
  const task = 'procedure="heavy.hash"';
  expect(Object.fromEntries(samples)).toMatchObject({
    "fugitive_compute_threads{}": 2,
    "fugitive_compute_thread_deaths_total{}": 4,
    "fugitive_compute_queued_bytes{}": 512,
    'fugitive_resident_memory_bytes{process="compute"}': 1_000,
    [`fugitive_tasks{${task},state="queued"}`]: 2,
    [`fugitive_tasks_total{outcome="crashed",${task}}`]: 1,
    [`fugitive_task_run_seconds_bucket{le="0.00025",${task}}`]: 1,
    [`fugitive_task_run_seconds_bucket{le="0.025",${task}}`]: 1,
    [`fugitive_task_run_seconds_bucket{le="0.05",${task}}`]: 3,
    [`fugitive_task_run_seconds_sum{${task}}`]: expect.closeTo(0.0602, 9),
    [`fugitive_task_wait_seconds_count{${task}}`]: 0,
  });
});
