/** Where a call with a key stands. */
export const Claim = {
  /** It is the first of its key: run it, and settle. As a settlement: it was refused, and the next one may run. */
  RUN: 0,
  /** It ran, and this is its answer. */
  ANSWERED: 1,
  /** It ran, or runs, where that cannot be known any more: its process died. */
  LOST: 2,
  /** It ran; its answer was not kept. */
  NOT_KEPT: 3,
  /** It has an answer, for which the bus has no room now. */
  LATER: 4,
  /** It is not known, as what the hosts share cannot be reached: nothing runs. */
  UNAVAILABLE: 5,
} as const;

export type Claim = (typeof Claim)[keyof typeof Claim];

/** So many answers of the largest size have room at once. */
const SHARE = 64;

/** Bytes of the largest answer that is kept, where all of them may take `budget`. */
export function largestAnswer(budget: number): number {
  return budget / SHARE;
}
