import type { AppError } from "../../shared/errors.ts";
import type { Position } from "../../shared/message.ts";
import type { Keeping } from "../bus/publication-head.ts";

/** Called once the broker has taken, or refused, what it was asked for. */
export type Done = (error: AppError | undefined, offset?: number) => void;

/** Receives every publication on every channel this process subscribed to, its own included; `offset` where it is kept. */
export type Deliver = (channel: string, data: Uint8Array, offset: number | undefined) => void;

/** What is to be done with a publication beside passing it on. */
export interface PublishOptions {
  /** Its channel keeps a history. */
  readonly keeping?: Keeping | undefined;
  /** Makes it once only, however often it is told: a session, a space, and what is unique in it. */
  readonly key?: string | undefined;
  /** Who publishes, of those between whom what is kept is divided. @default the application, which comes before all */
  readonly publisher?: string | undefined;
}

/** From where a channel's history is wanted. */
export interface From {
  /** The place of the last publication that is known; undefined where nothing is. */
  readonly since: Position | undefined;
  /** Whether only the newest publication counts, which is then wanted by all who do not know it. */
  readonly latest: boolean;
  /** Whether only to learn where it stands: the page has no publications then. @default false */
  readonly peek?: boolean;
}

/** Where a channel's history stands, and some of its publications. */
export interface HistoryPage {
  /** The identity of the history: with another one, offsets mean nothing. */
  readonly epoch: string;
  /** Offset of the newest publication there has been. */
  readonly top: number;
  /** Whether these, and those of pages to come, are all that came after the place that was asked about. */
  readonly recovered: boolean;
  /** Whether there are more, to be asked for. */
  readonly more: boolean;
  /** Offset of the first of them; the others follow without a hole. */
  readonly first: number;
  readonly publications: readonly Uint8Array[];
}

/** Gets a page, valid only during the call; or why there is none. */
export type Paged = (error: AppError | undefined, page: HistoryPage | undefined) => void;

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
 * - MUST call `done` of `publish` only when the publication has its place in the channel's order, with its offset where
 *   it is kept; one with a key that was published before gets the answer of then, and goes to nobody;
 * - MUST give the page of `subscribeFrom` its place among publications: what the page's `top` covers has been delivered to
 *   this process before, or never will be, and whatever comes later is delivered after it. A page is never partial: where
 *   anything between `since` and the page, or within it, is missing, it is not `recovered` and has no publications;
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
  publish(channel: string, data: Uint8Array, done: Done | undefined, options?: PublishOptions): void;
  subscribe(channel: string, done: Done): void;
  /** Subscribes to a channel that keeps a history, which it may be already: each one who asks learns where it stands. */
  subscribeFrom(channel: string, from: From, done: Paged): void;
  /** The newest publications that are kept, at most so many, of those before an offset if one is given; the oldest first. */
  history(channel: string, limit: number, before: number | undefined, done: Paged): void;
  unsubscribe(channel: string): void;
  close(): void;
}
