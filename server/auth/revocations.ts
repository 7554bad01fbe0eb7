import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { readNumber } from "../bus/numbers.ts";
import type { Identity } from "./credentials.ts";

/** Tokens live no longer than that, as a rule: a revocation is remembered for so long, in milliseconds. */
export const KEPT_MS = 86_400_000;
/** Revoked users that are remembered; beyond, the first are forgotten. */
export const MOST_REVOCATIONS = 100_000;
const SECOND_MS = 1_000;

/**
 * Who has been revoked, and when: tokens of before prove nothing. Kept by the primary, and by each socket worker, which is
 * told of all there are when it joins.
 */
export class Revocations {
  /** The one of longest ago first. */
  readonly #times = new Map<string, number>();

  /** @param time in milliseconds since 1970 */
  add(user: string, time: number): void {
    this.#times.delete(user);
    this.#times.set(user, time);
    for (const [oldest, then] of this.#times) {
      if (this.#times.size <= MOST_REVOCATIONS && then > time - KEPT_MS) break;
      this.#times.delete(oldest);
    }
  }

  /** Whether an identity was proven before its user was revoked. Where it is not known when, it was not. */
  covers({ user, issuedAt }: Identity): boolean {
    const time = this.#times.get(user);
    // tokens tell whole seconds, and what was made in the same one may have been made before
    return (
      time !== undefined && issuedAt !== undefined && Math.floor(issuedAt / SECOND_MS) <= Math.floor(time / SECOND_MS)
    );
  }

  /** When a user was revoked, in milliseconds since 1970. */
  timeOf(user: string): number | undefined {
    return this.#times.get(user);
  }

  entries(): IterableIterator<[user: string, time: number]> {
    return this.#times.entries();
  }
}

/** What of the bus is about revocations. */
export function revocationFrames(revocations: Revocations) {
  return {
    [BusType.USER_REVOKED]: ({ channel: user, data }: BusFrame) => revocations.add(user, readNumber(data, 0)),
  };
}
