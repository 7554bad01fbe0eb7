import { EventLoopProbe } from "./event-loop-probe.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

const MICROSECONDS_PER_SECOND = 1_000_000;

/** What every process tells of itself: its event loop, the processor's time it has had, and its memory. */
export class ProcessMetrics {
  readonly #process: string;
  readonly #worker: string;
  readonly #probe = new EventLoopProbe();

  /**
   * @param process what kind of process this is
   * @param worker its number where it is a socket worker, or an empty string
   */
  constructor(process: string, worker = "") {
    this.#process = process;
    this.#worker = worker;
  }

  start(): void {
    this.#probe.start();
  }

  stop(): void {
    this.#probe.stop();
  }

  addTo(snapshot: SnapshotBuilder): void {
    const labels = [this.#process, this.#worker] as const;
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    this.#probe.addTo(snapshot, ...labels);
    snapshot.add("fugitive_cpu_seconds_total", labels, (user + system) / MICROSECONDS_PER_SECOND);
    snapshot.add("fugitive_resident_memory_bytes", labels, rss);
    snapshot.add("fugitive_heap_used_bytes", labels, heapUsed);
  }
}
