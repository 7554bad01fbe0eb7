import type { Claim } from "../sessions/claim.ts";
import type { Claimant, Claimed } from "./kept-entry.ts";

/** Who sees to it that a call with a key runs once, and that whoever asks again gets its answer. */
export interface Answers {
  /** Answers, and calls that run, that are kept here. */
  readonly size: number;
  /** What they take, in bytes, roughly. */
  readonly bytes: number;
  /** Asks whether a call may run. Whoever is told RUN has to settle it. */
  claim(session: string, key: string, claimant: Claimant, claimed: Claimed): void;
  /** A call is over. Whoever waits for it is told; also, of an answer larger than one may be, that it is not kept. */
  settle(session: string, key: string, claim: typeof Claim.ANSWERED | typeof Claim.NOT_KEPT, answer: string): void;
  /** A call was refused before it did anything: the next one of its key may run. */
  release(session: string, key: string): void;
  /** A process is gone: what ran there may have been carried out, or not, and is never run again. */
  claimantGone(claimant: Claimant): void;
  /** Forgets everything of a session. Whoever still waits must not wait for ever. */
  sessionEnded(session: string): void;
  close(): void;
}
