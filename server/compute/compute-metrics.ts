import { Histogram, type HistogramSnapshot } from "../histogram.ts";

/** What became of one procedure's tasks. */
export class TaskMetrics {
  queued = 0;
  running = 0;
  done = 0;
  /** Threw, or could not be loaded. */
  failed = 0;
  /** Lost their thread. */
  crashed = 0;
  /** Found no room to wait in. */
  refused = 0;
  /** Nobody waited any more: before or while they ran. */
  cancelled = 0;
  /** Milliseconds until a thread was free. */
  readonly wait = new Histogram();
  /** Milliseconds on a thread. */
  readonly run = new Histogram();

  snapshot(): TaskReport {
    return { ...this, wait: this.wait.snapshot(), run: this.run.snapshot() };
  }
}

/** The same, to be sent. */
export interface TaskReport {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly crashed: number;
  readonly refused: number;
  readonly cancelled: number;
  readonly wait: HistogramSnapshot;
  readonly run: HistogramSnapshot;
}

/** How the compute host is. */
export interface ComputeReport {
  readonly threads: number;
  readonly queued: number;
  readonly running: number;
  /** Bytes of the inputs that wait. */
  readonly queuedBytes: number;
  /** Threads that died, or were ended because their task did not, and were replaced. */
  readonly threadRestarts: number;
  /** Bytes of memory this process holds. */
  readonly memory: number;
  readonly procedures: Readonly<Record<string, TaskReport>>;
}
