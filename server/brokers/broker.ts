import type { AppError } from "../../shared/errors.ts";

/** Called once the broker has taken, or refused, what it was asked for. */
export type Done = (error: AppError | undefined, offset?: number) => void;

/** Receives every publication on every channel this process subscribed to, its own included. */
export type Deliver = (channel: string, data: Uint8Array) => void;

/**
 * Carries publications between socket workers (and, in other drivers, between hosts). One path for all of them:
 * a publisher's own process gets its publication back like every other, so that all see one order per channel.
 *
 * A driver
 * - MUST call `deliver` for every publication on a subscribed channel or pattern, once per process however many of
 *   its subscriptions match, in one order per channel for all processes;
 * - MUST NOT call `deliver` from within `publish` or `subscribe`;
 * - MUST call `done` of `subscribe` only when every later publication will come, and never before an earlier
 *   publication has been delivered;
 * - MUST call `done` of `publish` only when the publication has its place in the channel's order;
 * - MUST call every `done` exactly once, with `UNAVAILABLE` or `OVERLOADED` where it cannot do what it should;
 * - MUST take back every subscription that `unsubscribe` names, however much waits;
 * - MUST have copied `data` when `publish` returns; a receiver of `deliver` has to do the same.
 *
 * A channel that ends in `*` is a pattern: every channel that begins with what stands before the `*`.
 */
export interface Broker {
  /**
   * @param done undefined where nobody wants to know: what is refused is then gone without a word. What the
   *   application publishes comes with one, so that a refusal is counted and reported.
   */
  publish(channel: string, data: Uint8Array, done: Done | undefined): void;
  subscribe(channel: string, done: Done): void;
  unsubscribe(channel: string): void;
  close(): void;
}
