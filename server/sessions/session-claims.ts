import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { overloaded } from "../overloaded.ts";
import { type Claimant, type ClaimKeeper, KeyClaim } from "./key-claim.ts";
import { callKey } from "./key-name.ts";

/** What the claims of all sessions of a socket worker share. */
export interface ClaimsHost {
  readonly uplink: Uplink;
  /** By session and key as the bus has them. One Map for all: those of a session would grow and end with every batch. */
  readonly claims: Map<string, KeyClaim>;
  /** Questions of one session that may wait for the primary, and calls of one that may go on without a connection. */
  readonly maxCalls: number;
  /** Bytes of the largest answer that is kept. */
  readonly largestAnswer: number;
  /** A call goes on without its connection. Returns false where too many do so already. */
  detach(): boolean;
  attach(): void;
  /** A session has no claims any more. */
  over(session: string): void;
}

/** How long who asks too much is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** The keys of one session that calls of this socket worker have, until these are answered. */
export class SessionClaims implements ClaimKeeper {
  readonly #host: ClaimsHost;
  readonly #session: string;
  #claims = 0;
  /** Questions that the primary has yet to answer. One goes on though the call that asked is cancelled. */
  #asked = 0;
  #detached = 0;

  constructor(host: ClaimsHost, session: string) {
    this.#host = host;
    this.#session = session;
  }

  get largestAnswer(): number {
    return this.#host.largestAnswer;
  }

  /** @returns undefined where the claimant has been refused at once */
  claim(key: string, claimant: Claimant): KeyClaim | undefined {
    const { claims } = this.#host;
    const name = callKey(this.#session, key);
    const known = claims.get(name);
    if (known !== undefined) {
      known.join(claimant);
      return known;
    }
    if (this.#asked >= this.#host.maxCalls) {
      const text = `More than ${this.#host.maxCalls} calls of this session wait for others with their keys.`;
      claimant.unknown(overloaded(RETRY_AFTER_MS, text));
      return undefined;
    }
    const claim = new KeyClaim(this, name, claimant);
    claims.set(name, claim);
    this.#claims++;
    this.#asked++;
    this.#host.uplink.ask(BusType.CLAIM, name, undefined, (error, frame) => {
      this.#asked--;
      claim.answered(error, frame);
    });
    return claim;
  }

  tell(name: string, settlement: Uint8Array): void {
    this.#host.uplink.tell(BusType.SETTLE, name, settlement);
  }

  whenTold(told: () => void): void {
    this.#host.uplink.whenTold(told);
  }

  detach(): boolean {
    if (this.#detached >= this.#host.maxCalls || !this.#host.detach()) return false;
    this.#detached++;
    return true;
  }

  attach(): void {
    this.#detached--;
    this.#host.attach();
  }

  over(name: string): void {
    this.#host.claims.delete(name);
    this.#claims--;
    if (this.#claims === 0) this.#host.over(this.#session);
  }
}
