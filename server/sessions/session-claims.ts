import { AppError } from "../../shared/errors.ts";
import { BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import { type Claimant, type ClaimKeeper, KeyClaim } from "./key-claim.ts";

/** What the claims of all sessions of a socket worker share. */
export interface ClaimsHost {
  readonly uplink: Uplink;
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
  readonly #claims = new Map<string, KeyClaim>();
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
    const known = this.#claims.get(key);
    if (known !== undefined) {
      known.join(claimant);
      return known;
    }
    if (this.#asked >= this.#host.maxCalls) {
      const text = `More than ${this.#host.maxCalls} calls of this session wait for others with their keys.`;
      claimant.unknown(new AppError("OVERLOADED", text, { retryAfterMs: RETRY_AFTER_MS }));
      return undefined;
    }
    const claim = new KeyClaim(this, key);
    this.#claims.set(key, claim);
    claim.join(claimant);
    this.#asked++;
    this.#host.uplink.ask(BusType.CLAIM, this.#name(key), undefined, (error, frame) => {
      this.#asked--;
      claim.answered(error, frame);
    });
    return claim;
  }

  tell(key: string, settlement: Uint8Array): void {
    this.#host.uplink.tell(BusType.SETTLE, this.#name(key), settlement);
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

  over(key: string): void {
    this.#claims.delete(key);
    if (this.#claims.size === 0) this.#host.over(this.#session);
  }

  /** A session's id has no space. */
  #name(key: string): string {
    return `${this.#session} ${key}`;
  }
}
