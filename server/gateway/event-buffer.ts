import type { GatewayEvent } from "./gateway-event.ts";

/**
 * What becomes of events when no more fit in: the oldest goes, the new one goes, or the new one and its connection.
 */
export type FullPolicy = "drop-oldest" | "drop-newest" | "close";

export interface BufferLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly whenFull: FullPolicy;
}

/** An event on its way to one broker. */
export interface QueuedEvent {
  readonly event: GatewayEvent;
  /** Stream or routing key. */
  readonly name: string;
}

/** Told of a time in which events did not fit in: once when it begins, and once when it is over. */
export interface BufferWatcher {
  full(): void;
  /** @param dropped how many events were lost in it */
  over(dropped: number): void;
}

/** So much more than the limits is there for `close`, without which whoever reads would never forget a connection. */
const RESERVE = 1.25;

/**
 * Events that a broker has not confirmed, in their order: first those that are with it, then those that wait. Bounded
 * in number and in bytes; those that are with the broker count, and are never dropped, as nobody knows whether it has them.
 */
export class EventBuffer {
  /** How many were lost, ever. */
  dropped = 0;
  readonly #limits: BufferLimits;
  readonly #watcher: BufferWatcher;
  #taken: readonly QueuedEvent[] = [];
  /** Where the next of those that wait is; what stands before it is gone. */
  #next = 0;
  #waiting: (QueuedEvent | undefined)[] = [];
  #bytes = 0;
  /** What `dropped` was when they began not to fit in; undefined while they do. */
  #droppedBefore: number | undefined;

  constructor(limits: BufferLimits, watcher: BufferWatcher) {
    this.#limits = limits;
    this.#watcher = watcher;
  }

  /** How many have not been confirmed. */
  get count(): number {
    return this.#taken.length + this.#waiting.length - this.#next;
  }

  /** What these take, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns false where this very event was dropped */
  add(queued: QueuedEvent): boolean {
    const { size, action } = queued.event;
    while (!this.#fits(size, action === "close" ? RESERVE : 1)) {
      this.#drops();
      const hopeless = this.#next === this.#waiting.length || size > this.#limits.maxBytes;
      if (this.#limits.whenFull !== "drop-oldest" || hopeless) {
        this.dropped++;
        return false;
      }
      const oldest = this.#shift();
      this.#bytes -= oldest?.event.size ?? 0;
      this.dropped++;
    }
    this.#waiting.push(queued);
    this.#bytes += size;
    return true;
  }

  /** Gives the next events, for a broker, until they are confirmed or put back; none while some are with it. */
  take(maxEvents: number, maxBytes: number): readonly QueuedEvent[] {
    if (this.#taken.length > 0) return [];
    const taken: QueuedEvent[] = [];
    let bytes = 0;
    while (taken.length < maxEvents && this.#next < this.#waiting.length) {
      bytes += this.#waiting[this.#next]?.event.size ?? 0;
      if (taken.length > 0 && bytes > maxBytes) break;
      const queued = this.#shift();
      if (queued !== undefined) taken.push(queued);
    }
    this.#taken = taken;
    return taken;
  }

  /** So many of those taken, from the first, are with the broker for good; the others wait again, before all else. */
  confirm(count: number): void {
    for (let at = 0; at < count; at++) this.#bytes -= this.#taken[at]?.event.size ?? 0;
    const left = this.#taken.slice(count);
    this.#taken = [];
    if (left.length > 0) {
      this.#waiting = [...left, ...this.#waiting.slice(this.#next)];
      this.#next = 0;
    }
    this.#lookWhetherOver();
  }

  /** The first of those that wait is gone: the broker will never take it. */
  discard(): void {
    const queued = this.#shift();
    if (queued === undefined) return;
    this.#bytes -= queued.event.size;
    this.dropped++;
  }

  #fits(size: number, factor: number): boolean {
    const { maxBytes, maxEvents } = this.#limits;
    return this.count < maxEvents * factor && this.#bytes + size <= maxBytes * factor;
  }

  #shift(): QueuedEvent | undefined {
    const queued = this.#waiting[this.#next];
    // so that its memory is free at once
    this.#waiting[this.#next++] = undefined;
    // moves what is left rarely enough for that to cost nothing
    if (this.#next > 1_024 && this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return queued;
  }

  #drops(): void {
    if (this.#droppedBefore !== undefined) return;
    this.#droppedBefore = this.dropped;
    this.#watcher.full();
  }

  /** With half of it free again: at the very limit it would be full and over by turns. */
  #lookWhetherOver(): void {
    const { maxBytes, maxEvents } = this.#limits;
    if (this.#droppedBefore === undefined || this.count * 2 > maxEvents || this.#bytes * 2 > maxBytes) return;
    const dropped = this.dropped - this.#droppedBefore;
    this.#droppedBefore = undefined;
    this.#watcher.over(dropped);
  }
}
