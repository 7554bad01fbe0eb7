import type { GatewayError } from "./gateway-error.ts";
import type { ReceivedEvent } from "./received-event.ts";

/** An event that a broker gave, and waits to hear of. */
export interface Delivery {
  readonly event: ReceivedEvent;
  /** To be called once. What was not handled comes again, here or at another consumer. */
  done(handled: boolean): void;
}

export interface EventSourceHooks {
  /** Must not throw. */
  deliver(delivery: Delivery): void;
  /** Something is wrong that whoever uses it should know of; it goes on by itself. */
  failed(error: GatewayError): void;
}

/**
 * Where events come from: one broker.
 *
 * A source
 * - MUST deliver the events of a connection in the order in which the broker has them;
 * - MUST tell the broker that an event was handled only after `done(true)`;
 * - MUST NOT have delivered more that are not done than it was told to;
 * - MUST come back by itself when the broker does;
 * - MUST, when it is closed, deliver nothing more, and tell the broker of what was done until then.
 */
export interface EventSource {
  /** Delivers nothing more. What was delivered may still be done. */
  stop(): void;
  /** Ends it, after what is done was told to the broker. */
  close(): Promise<void>;
}

export interface ReadingLimits {
  /** How many events may be delivered and not done. */
  readonly prefetch: number;
}
