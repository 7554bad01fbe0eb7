import type { QueuedEvent } from "./event-buffer.ts";

/** How a sink is, for metrics. */
export interface SinkCounters {
  /** Whether its broker can be reached. */
  readonly connected: boolean;
  /** Events that the broker has confirmed. */
  readonly sent: number;
  /** Events that it has not, and what these take, in bytes. */
  readonly buffered: number;
  readonly bufferedBytes: number;
  /** Events that were lost because the buffer was full, or because the broker refused them for good. */
  readonly dropped: number;
}

/**
 * Where events go: one broker, whether it can be reached or not.
 *
 * A sink
 * - MUST hand events over in the order in which they were added, and where it does so a second time, all that came after
 *   too: whoever keeps only the first of each event has them in order;
 * - MUST hand over each event that it took at least once, unless its buffer is full or the broker refuses it for good;
 * - MUST forget an event when the broker has confirmed it, and not before;
 * - MUST NOT have more with the broker, unconfirmed, than one batch;
 * - MUST come back by itself when the broker does, however long that takes;
 * - MUST NOT throw, nor keep whoever adds waiting;
 * - MUST on `close` hand over what it has, as far as that can be done within the time it is given.
 */
export interface EventSink {
  /** @returns false where the event was dropped at once, for want of room */
  add(queued: QueuedEvent): boolean;
  counters(): SinkCounters;
  /** Ends it. @returns how many events were not handed over */
  close(limitMs: number): Promise<number>;
}

/** What became of a batch. */
export interface Handover {
  /** How many were confirmed, from the first. */
  readonly confirmed: number;
  /** Why the next one was not; undefined where all were. */
  readonly refusal?: {
    readonly error: Error;
    /** Whether the broker will never take that event; else it is handed over again, later. */
    readonly forGood: boolean;
  };
}

/**
 * What a driver makes for a sink: one connection to the broker, from when it is there until it breaks. It does not come back:
 * a new one is made.
 *
 * A link
 * - MUST hand over events in their order, and none behind one that was refused if it can help it;
 * - MUST settle every `send`, also where the broker is silent: it then rejects, and the link is given up.
 */
export interface EventLink {
  send(batch: readonly QueuedEvent[]): Promise<Handover>;
  close(): void;
}
