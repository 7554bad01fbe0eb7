import type { Flushable, Turn } from "../connection/turn.ts";
import type { CallMetrics } from "./call-metrics.ts";

/** More that were answered in one turn than this are no reason to keep room for as many. */
const KEPT = 1_024;

/** When a frame was read, for the calls in it that it did not answer. */
export class Moment {
  /** By `performance.now()`. */
  readonly at: number;
  /** @internal Whose calls of it this turn has answered, and how many. */
  metrics: CallMetrics | undefined;
  /** @internal */
  count = 0;

  constructor(at: number) {
    this.at = at;
  }
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
  /** The same for calls that outlive the frame; made for the first of them. */
  #moment: Moment | undefined;
  /**
   * Procedures of calls that the frame at hand has answered, so many. What is behind is left from others, and to be written
   * over: an array that is emptied and filled again is a new one each time.
   */
  readonly #touched: CallMetrics[] = [];
  #touchedCount = 0;
  /** In the same way, what this turn has answered of earlier frames. */
  #answered: Moment[] = [];
  #answeredCount = 0;

  constructor(turn: Pick<Turn, "flushLater">) {
    this.#turn = turn;
  }

  /** When the frame at hand was read, or the first call in it, for a call that is answered later. */
  get moment(): Moment {
    this.#moment ??= new Moment(this.#begun[0] as number);
    return this.#moment;
  }

  /** A frame is read now. @returns that, by `performance.now()`, for who needs it anyway */
  begin(): number {
    this.#running = true;
    const now = performance.now();
    // where several frames are done in one go, all leave together
    if (this.#touchedCount === 0) this.#begun[0] = now;
    return now;
  }

  /** A call is about to run. */
  call(): void {
    if (!this.#running) this.begin();
  }

  /** A call of the frame at hand has been answered. */
  answered(metrics: CallMetrics): void {
    if (metrics.untimed++ === 0) this.#touched[this.#touchedCount++] = metrics;
  }

  /** A call has been answered after the frame that brought it. @param moment when that was read */
  answeredLater(metrics: CallMetrics, moment: Moment): void {
    if (moment.metrics === metrics) moment.count++;
    else this.#remember(metrics, moment);
  }

  /** The first of a procedure's calls in a frame that this turn answers, or one behind those of another procedure. */
  #remember(metrics: CallMetrics, moment: Moment): void {
    const one = moment.metrics === undefined ? moment : new Moment(moment.at);
    one.metrics = metrics;
    one.count = 1;
    if (this.#answeredCount === 0) this.#turn.flushLater(this);
    this.#answered[this.#answeredCount++] = one;
  }

  /** All that the frame at hand asked for has been done, and is sent. */
  end(): void {
    this.#running = false;
    this.#moment = undefined;
    if (this.#touchedCount === 0) return;
    const duration = performance.now() - (this.#begun[0] as number);
    for (let index = 0; index < this.#touchedCount; index++) {
      const metrics = this.#touched[index] as CallMetrics;
      metrics.durations.record(duration, metrics.untimed);
      metrics.untimed = 0;
    }
    this.#touchedCount = 0;
  }

  /** @internal The turn is over. */
  flush(): void {
    const now = performance.now();
    for (let index = 0; index < this.#answeredCount; index++) {
      const one = this.#answered[index] as Moment;
      one.metrics?.durations.record(now - one.at, one.count);
      one.metrics = undefined;
    }
    if (this.#answeredCount > KEPT) this.#answered = [];
    this.#answeredCount = 0;
  }
}
