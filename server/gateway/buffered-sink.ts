import { type ConnectLink, Lifeline } from "../links/lifeline.ts";
import type { Logger } from "../logger.ts";
import { within } from "../within.ts";
import { type BufferLimits, EventBuffer, type QueuedEvent } from "./event-buffer.ts";
import type { EventLink, EventSink, Handover, SinkCounters } from "./event-sink.ts";

export interface BufferedSinkOptions {
  /** See `LifelineOptions.name`. */
  readonly name: string;
  readonly log: Pick<Logger, "warn" | "info">;
  readonly limits: BufferLimits;
}

/** With a link of 1 ms, half a million events a second; and no more than this is handed over twice after an outage. */
const BATCH_EVENTS = 512;
const BATCH_BYTES = 1024 * 1024;
/** After a refusal that will pass, in milliseconds. */
const REFUSED_PAUSE_MS = 250;

/**
 * The sink of every driver: a buffer, a link that comes back, and one batch after the other. While one is on its way the next
 * one gathers, so batches grow with the load, and no event is ever handed over behind one that was refused.
 */
export class BufferedSink implements EventSink {
  readonly #options: BufferedSinkOptions;
  readonly #buffer: EventBuffer;
  readonly #line: Lifeline<EventLink>;
  #sent = 0;
  #busy = false;
  #scheduled = false;
  /** Whether one that was refused for good was spoken of: what follows is only counted. */
  #complained = false;
  #pause: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: BufferedSinkOptions, connect: ConnectLink<EventLink>) {
    const { name, log, limits } = options;
    this.#options = options;
    this.#buffer = new EventBuffer(limits, {
      full: () => log.warn({ whenFull: limits.whenFull }, `Events for ${name} do not fit into the buffer`),
      over: (dropped) => log.warn({ dropped }, `Events for ${name} fit into the buffer again`),
    });
    this.#line = new Lifeline<EventLink>({ name, log, connect, onTrial: true, up: () => this.#pump() });
  }

  add(queued: QueuedEvent): boolean {
    const taken = this.#buffer.add(queued);
    // at the end of the turn, so that what comes in one turn leaves together
    if (!this.#scheduled && !this.#busy) {
      this.#scheduled = true;
      setImmediate(this.#pump);
    }
    return taken;
  }

  counters(): SinkCounters {
    return {
      connected: this.#line.link !== undefined,
      sent: this.#sent,
      buffered: this.#buffer.count,
      bufferedBytes: this.#buffer.bytes,
      dropped: this.#buffer.dropped,
    };
  }

  async close(limitMs: number): Promise<number> {
    if (this.#buffer.count > 0) {
      const empty = new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
      await within(empty, limitMs, () => new Error("late")).catch(() => undefined);
    }
    clearTimeout(this.#pause);
    this.#line.close();
    return this.#buffer.count;
  }

  readonly #pump = (): void => {
    this.#scheduled = false;
    const { link } = this.#line;
    if (link === undefined || this.#busy) return;
    const batch = this.#buffer.take(BATCH_EVENTS, BATCH_BYTES);
    if (batch.length === 0) {
      if (this.#buffer.count === 0) this.#whenEmpty?.();
      return;
    }
    this.#busy = true;
    link.send(batch).then(
      (handover) => this.#handed(handover),
      (error: Error) => {
        this.#busy = false;
        this.#buffer.confirm(0);
        this.#line.give(link, error);
        // where that was the old one, there may be a new one already
        this.#pump();
      },
    );
  };

  #handed({ confirmed, refusal }: Handover): void {
    this.#sent += confirmed;
    if (confirmed > 0) this.#line.proven();
    this.#buffer.confirm(confirmed);
    if (refusal?.forGood === false) {
      this.#complain(refusal.error, "does not take events for now");
      this.#pause = setTimeout(() => {
        this.#busy = false;
        this.#pump();
      }, REFUSED_PAUSE_MS);
      return;
    }
    if (refusal === undefined) this.#complained = false;
    else {
      this.#complain(refusal.error, "refuses an event, which is dropped");
      this.#buffer.discard();
    }
    this.#busy = false;
    this.#pump();
  }

  #complain(error: Error, what: string): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.log.warn({ error }, `${this.#options.name} ${what}`);
  }
}
