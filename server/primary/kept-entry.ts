import type { List, Place } from "../list.ts";
import type { Claim } from "../sessions/claim.ts";
import type { Ranked } from "./size-ranks.ts";

/** The process that a call runs in, as far as keys are concerned. */
export type Claimant = object;

/** Told where the call stands: at once, or when the one that runs is over. Returns whether anybody hears it. */
export type Claimed = (claim: Claim, answer: string) => boolean;

/** What an entry costs beside its key and its answer, in bytes, as measured. */
const ENTRY_BYTES = 350;

/** A key, and what is known of its call. */
export interface Entry {
  readonly keys: Keys;
  readonly key: string;
  /** Set while it runs. */
  claimant: Claimant | undefined;
  claim: Claim;
  /** Each character a byte: V8 keeps such strings as compactly as a buffer, without a buffer's overhead. */
  answer: string;
  /** Who waits for it, once each, as everybody tells all in its process. */
  waiting: Map<Claimant, Claimed> | undefined;
  endedAt: number;
  /** Where it stands among all that are over, and among its session's; undefined while it runs. */
  place: Place<Entry> | undefined;
  own: Place<Entry> | undefined;
}

/** A session's keys. */
export interface Keys extends Ranked<Keys> {
  readonly session: string;
  readonly entries: Map<string, Entry>;
  /** Those that are over, the oldest first: where the answer is most of what they cost, and the others. */
  readonly large: List<Entry>;
  readonly small: List<Entry>;
  /** What these cost. */
  bytes: number;
}

/** Bytes that an entry takes, roughly. */
export function cost({ key, answer }: Entry): number {
  return ENTRY_BYTES + key.length + answer.length;
}

/** Which of its session's lists it belongs to once it is over. */
export function ownList({ keys, answer }: Entry): List<Entry> {
  return answer.length > ENTRY_BYTES ? keys.large : keys.small;
}
