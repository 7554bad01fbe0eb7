import type { List, Place } from "../../list.ts";
import type { Ranked } from "../size-ranks.ts";
import type { QueuedCall, Waiter } from "./queued-calls.ts";

/** What a call costs beside its key and its answer, in bytes, about. */
const CALL_BYTES = 350;

/** A call that a queue keeps, and what is known of it. */
export interface KeptCall extends QueuedCall {
  readonly calls: SessionCalls;
  /** Whether the queue has it. */
  queued: boolean;
  answer: Uint8Array | undefined;
  /** Who the session is with; undefined while it is away. */
  waiter: Waiter | undefined;
  /** Since when its client has the answer, by `performance.now()`. */
  deliveredAt: number | undefined;
  /** Where it stands among all that are delivered. */
  place: Place<KeptCall> | undefined;
  /** Which of its session's lists it is in, and where; undefined while nothing of it can be let go of. */
  list: List<KeptCall> | undefined;
  own: Place<KeptCall> | undefined;
}

/** A session's calls. */
export interface SessionCalls extends Ranked<SessionCalls> {
  readonly session: string;
  readonly byJob: Map<string, KeptCall>;
  /** Those that have a key. */
  readonly byKey: Map<string, KeptCall>;
  /** How many of them are not delivered. */
  open: number;
  /** Those that are delivered, and whose answers are kept, the oldest first. */
  readonly had: List<KeptCall>;
  /** Those whose answers wait to be delivered. */
  readonly waiting: List<KeptCall>;
  /** Those that are delivered, and of which nothing but the key is kept. */
  readonly keys: List<KeptCall>;
  /** What all in these lists cost. */
  bytes: number;
}

/** Bytes that a call takes, roughly. */
export function cost({ key = "", answer }: KeptCall): number {
  return CALL_BYTES + key.length + (answer?.length ?? 0);
}
