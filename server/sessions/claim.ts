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
} as const;

export type Claim = (typeof Claim)[keyof typeof Claim];
