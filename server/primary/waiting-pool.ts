import { List, type Place } from "../list.ts";
import type { SeekOrder } from "../peers/peer-bus.ts";

/** Somebody who waits for a partner. */
export interface Waiting {
  readonly order: Pick<SeekOrder, "session" | "policy" | "region" | "rttMs" | "waitMs">;
  /** Since when, by `performance.now()`. */
  readonly since: number;
}

/** Those who seek the same, the one that has waited longest first. */
export class WaitingPool<Seeker extends Waiting> {
  readonly #list = new List<Seeker>();
  readonly #places = new Map<Seeker, Place<Seeker>>();

  get size(): number {
    return this.#places.size;
  }

  add(seeker: Seeker): void {
    if (!this.#places.has(seeker)) this.#places.set(seeker, this.#list.append(seeker));
  }

  delete(seeker: Seeker): void {
    const place = this.#places.get(seeker);
    if (place === undefined) return;
    this.#places.delete(seeker);
    this.#list.remove(place);
  }

  /** The one of them that suits a seeker best, and whom it suits as well; undefined where there is none. */
  partnerOf(seeker: Seeker, now: number, available: (other: Seeker) => boolean): Seeker | undefined {
    let best: Seeker | undefined;
    for (let place = this.#list.first; place !== undefined; place = place.next) {
      const other = place.value;
      if (other.order.session === seeker.order.session || !available(other)) continue;
      if (!accepts(seeker, other, now) || !accepts(other, seeker, now)) continue;
      if (best === undefined || isBetter(seeker, other, best)) best = other;
      // nobody after it has waited longer
      if (seeker.order.policy === "first") break;
    }
    return best;
  }
}

/** When a seeker becomes less choosy, in milliseconds after it came; undefined where it never does. */
export function choosyMs({ policy, waitMs }: Waiting["order"]): number | undefined {
  return policy === "first" ? undefined : (waitMs ?? undefined);
}

function accepts({ order, since }: Waiting, other: Waiting, now: number): boolean {
  const patient = now - since < (order.waitMs ?? Number.POSITIVE_INFINITY);
  if (order.policy === "region") return !patient || order.region === other.order.region;
  return order.policy !== "rtt" || !patient;
}

function isBetter({ order }: Waiting, other: Waiting, best: Waiting): boolean {
  // the seeker's own way to the server is part of either sum
  if (order.policy === "rtt") return rttOf(other) < rttOf(best);
  if (order.policy !== "region") return false;
  return other.order.region === order.region && best.order.region !== order.region;
}

function rttOf({ order }: Waiting): number {
  return order.rttMs ?? Number.POSITIVE_INFINITY;
}
