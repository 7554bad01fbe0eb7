import type { Flushable, Turn } from "../connection/turn.ts";
import type { CallMetrics } from "./call-metrics.ts";

/** A call that was not answered within the frame it came in. */
export interface Started {
  /** When it was read, by `performance.now()`; undefined where its answer came at once. */
  readonly startedAt: number | undefined;
  readonly procedure: { readonly metrics: CallMetrics };
}

/**
 * Times calls: from when they are read until their answers are sent. To look at the clock twice for each would cost a
 * tenth of what a call in a batch costs. But what is answered at once leaves in one frame with all else that its frame
 * asked for: so all of that took as long as its frame, and the clock is read once at its head and once at its end. What
 * is answered later leaves with all that is answered in the same turn, whose end is theirs as well.
 */
export class CallTimes implements Flushable {
  readonly #turn: Pick<Turn, "flushLater">;
  /** When the frame at hand was read. A field would be put on the heap anew each time. */
  readonly #begun = new Float64Array(1);
  #running = false;
  /** Procedures of calls that the frame at hand has answered. */
  readonly #touched: CallMetrics[] = [];
  /** Calls that somebody waits for, and that have not been answered within the frame they came in. */
  inFlight = 0;
  /** Calls of earlier frames that this turn has answered. */
  #answered: Started[] = [];

  constructor(turn: Pick<Turn, "flushLater">) {
    this.#turn = turn;
  }

  /** When the frame at hand was read, or the first call in it, by `performance.now()`. */
  get begunAt(): number {
    return this.#begun[0] as number;
  }

  /** A frame is read now. @returns that, by `performance.now()`, for who needs it anyway */
  begin(): number {
    this.#running = true;
    const now = performance.now();
    // where several frames are done in one go, all leave together
    if (this.#touched.length === 0) this.#begun[0] = now;
    return now;
  }

  /** A call is about to run. */
  call(): void {
    if (!this.#running) this.begin();
  }

  /** A call has been answered. @param code of the error, where it is one */
  answered(call: Started, code: string | undefined): void {
    const { metrics } = call.procedure;
    if (code === undefined) metrics.ok++;
    else metrics.failed(code);
    if (call.startedAt === undefined) {
      if (metrics.untimed++ === 0) this.#touched.push(metrics);
    } else if (this.#answered.push(call) === 1) this.#turn.flushLater(this);
  }

  /** All that the frame at hand asked for has been done, and is sent. */
  end(): void {
    this.#running = false;
    const touched = this.#touched;
    if (touched.length === 0) return;
    const duration = performance.now() - this.begunAt;
    for (const metrics of touched) {
      metrics.durations.record(duration, metrics.untimed);
      metrics.untimed = 0;
    }
    touched.length = 0;
  }

  /** @internal The turn is over. */
  flush(): void {
    const answered = this.#answered;
    this.#answered = [];
    const now = performance.now();
    for (const { startedAt, procedure } of answered) procedure.metrics.durations.record(now - (startedAt ?? now));
  }
}
