import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { Histogram, MS_PER_SECOND } from "../histogram.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

/** How often it is looked how late a timer is, in milliseconds. */
const EVERY_MS = 500;

/**
 * How much an event loop has to do, and how late that makes what it should do. The first is a count that libuv keeps
 * anyway. The second is a timer's delay: a longer one is seen the likelier, as it is with whatever waits for a turn.
 * `monitorEventLoopDelay` would ask for a hundred timers a second, in every process, busy or not.
 */
export class EventLoopProbe {
  readonly #lag = new Histogram();
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    let due = performance.now() + EVERY_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lag.record(now - due);
      due = now + EVERY_MS;
    }, EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  addTo(snapshot: SnapshotBuilder, process: string, worker: string): void {
    const { active, idle }: EventLoopUtilization = performance.eventLoopUtilization();
    snapshot.addHistogram("fugitive_event_loop_lag_seconds", [process, worker], this.#lag);
    snapshot.add("fugitive_event_loop_seconds_total", [process, worker, "busy"], active / MS_PER_SECOND);
    snapshot.add("fugitive_event_loop_seconds_total", [process, worker, "idle"], idle / MS_PER_SECOND);
  }
}
