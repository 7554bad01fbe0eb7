import type { Uplink } from "../bus/uplink.ts";
import { largestAnswer } from "./claim.ts";
import type { Claimant, KeyClaim } from "./key-claim.ts";
import { type ClaimsHost, SessionClaims } from "./session-claims.ts";

export interface ClaimsOptions {
  /** Calls of one session that may wait for an answer of the primary, or go on without a connection. */
  readonly maxCalls: number;
  /** Bytes that all answers which the primary keeps may take. */
  readonly answerBudget: number;
}

/** Calls of one socket worker that may go on at once though nobody is there to hear their answer. */
const MOST_DETACHED = 10_000;

/** How socket workers see to it that a call with a key runs once: the primary knows of it before it runs. */
export class Claims {
  readonly #host: ClaimsHost;
  readonly #sessions = new Map<string, SessionClaims>();
  #detached = 0;

  constructor(uplink: Uplink, { maxCalls, answerBudget }: ClaimsOptions) {
    this.#host = {
      uplink,
      claims: new Map(),
      maxCalls,
      largestAnswer: largestAnswer(answerBudget),
      detach: () => {
        if (this.#detached >= MOST_DETACHED) return false;
        this.#detached++;
        return true;
      },
      attach: () => {
        this.#detached--;
      },
      over: (session) => this.#sessions.delete(session),
    };
  }

  /** Calls that go on without their connection. */
  get detached(): number {
    return this.#detached;
  }

  /**
   * Asks whether a call may run, or waits with others that have asked already. Who is told RUN, and nobody else, has to
   * say how that ended; who waits may leave.
   * @returns undefined where the claimant has been refused at once
   */
  claim(session: string, key: string, claimant: Claimant): KeyClaim | undefined {
    let claims = this.#sessions.get(session);
    if (claims === undefined) {
      claims = new SessionClaims(this.#host, session);
      this.#sessions.set(session, claims);
    }
    return claims.claim(key, claimant);
  }
}
