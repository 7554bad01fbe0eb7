import { Claim } from "../../sessions/claim.ts";
import type { Claimant, Claimed } from "../kept-entry.ts";

/** Where a call with a key stands, as one host knows it. */
export const Stage = {
  /** Redis was asked, and has yet to answer. */
  ASKED: 0,
  /** It runs here. */
  RUNS: 1,
  /** It runs at another host. */
  WAITS: 2,
  /** It is over, and Redis has yet to hear so. */
  OVER: 3,
  /** Nobody is told anything of it any more. */
  GONE: 4,
} as const;

export type Stage = (typeof Stage)[keyof typeof Stage];

/** A key of which this host has something to do: somebody asks, waits or runs. */
export class SharedEntry {
  readonly session: string;
  readonly key: string;
  /** By which what Redis was asked last differs from whatever else this host asks. */
  question = "";
  stage: Stage = Stage.ASKED;
  /** Where it runs, if it runs here. */
  claimant: Claimant | undefined;
  /** Where it runs, if that is at another host. */
  host = "";
  /** Since when that host has not been known to live, by `performance.now()`. */
  missingSince: number | undefined;
  /** How it ended, and its answer, each character of it a byte. */
  claim: Claim = Claim.RUN;
  answer = "";
  /** Who waits for it, once each, as everybody tells all in its process. */
  readonly #waiting = new Map<Claimant, Claimed>();

  constructor(session: string, key: string) {
    this.session = session;
    this.key = key;
  }

  /** Whether somebody waits for it. */
  get waits(): boolean {
    return this.#waiting.size > 0;
  }

  wait(claimant: Claimant, claimed: Claimed): void {
    // one that asks twice has lost count: the first question must not wait for ever, nor may anything run for it
    this.#waiting.get(claimant)?.(Claim.LOST, "");
    this.#waiting.set(claimant, claimed);
  }

  /** Has the next one run that still hears so. @returns who that is */
  next(): Claimant | undefined {
    for (const [next, claimed] of this.#waiting) {
      this.#waiting.delete(next);
      if (claimed(Claim.RUN, "")) return next;
    }
    return undefined;
  }

  /** Tells all who wait. */
  tell(claim: Claim, answer: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const claimed of waiting) claimed(claim, answer);
  }
}
