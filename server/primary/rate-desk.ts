import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Rate } from "../rates/rate.ts";
import type { SharedRedis } from "../redis/shared-redis.ts";
import { ConnectCounts, type ConnectMember } from "./connect-counts.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { RateStore } from "./rate-store.ts";
import { SharedConnects } from "./shared-rates/shared-connects.ts";
import { SharedRates } from "./shared-rates/shared-rates.ts";

/** Users and addresses that are kept, each with what it has done of one thing. */
const MOST_KEPT = 100_000;
/** When one of an address's connections may be gone, nobody knows: who is one too many is asked to wait so long, in milliseconds. */
const FULL_MS = 1_000;

/**
 * Where socket workers come with what users and addresses do, which is limited for all workers together; and for all hosts
 * together, where they share a Redis. While that cannot be asked, each host limits for itself.
 */
export class RateDesk implements Desk {
  readonly store = new RateStore(MOST_KEPT);
  readonly connections = new ConnectCounts();
  readonly #rates: SharedRates | undefined;
  readonly #connects: SharedConnects | undefined;

  /** @param shared what this host has in common with others @default nothing */
  constructor(shared?: { readonly redis: SharedRedis; readonly hosts: Hosts }) {
    if (shared === undefined) return;
    this.#rates = new SharedRates(shared.redis);
    this.#connects = new SharedConnects(shared.redis, shared.hosts, this.connections);
  }

  joined(link: Link): DeskMember {
    const own = this.connections.member();
    return {
      receive: (frame) => {
        switch (frame.type) {
          case BusType.RATE_TAKE:
            this.#take(frame, link);
            break;
          case BusType.RATE_SPENT:
            this.#spent(frame, link);
            break;
          case BusType.CONNECT:
            this.#connect(frame, own, link);
            break;
          case BusType.DISCONNECT:
            if (own.remove(frame.channel)) this.#connects?.changed([frame.channel]);
            break;
        }
      },
      left: () => {
        const addresses = own.left();
        this.#connects?.changed(addresses);
      },
    };
  }

  close(): void {
    this.store.close();
    this.#connects?.close();
  }

  #take(frame: BusFrame, link: Link): void {
    const { channel: key, reference } = frame;
    const rate = rateOf(frame);
    const count = countOf(frame);
    if (this.#rates === undefined) {
      taken(link, reference, this.store.take(key, rate, count));
      return;
    }
    this.#rates.take(key, rate, count, (error, wait) => {
      taken(link, reference, error === undefined ? wait : this.store.take(key, rate, count));
    });
  }

  #spent(frame: BusFrame, link: Link): void {
    const { channel: key } = frame;
    const rate = rateOf(frame);
    const count = countOf(frame);
    if (this.#rates === undefined) {
      over(link, key, this.store.spend(key, rate, count));
      return;
    }
    this.#rates.spend(key, rate, count, (error, wait) => {
      over(link, key, error === undefined ? wait : this.store.spend(key, rate, count));
    });
  }

  /** It is there already, and counts until it is gone. */
  #connect({ channel: address, data }: BusFrame, own: ConnectMember, link: Link): void {
    const most = readNumber(data, 0);
    const number = readNumber(data, 1);
    own.add(address);
    const here = this.connections.of(address);
    if (here > most || this.#connects === undefined) tooMany(link, address, number, here > most);
    if (this.#connects === undefined) return;
    this.#connects.added(address, (_, sum) => {
      if (here <= most) tooMany(link, address, number, sum > most);
    });
  }
}

function taken(link: Link, reference: number, wait: number): void {
  link.send(BusType.RATE_TAKEN, reference, "", encodeNumbers([wait]));
}

function over(link: Link, key: string, wait: number): void {
  if (wait > 0) link.send(BusType.RATE_OVER, 0, key, encodeNumbers([wait]));
}

function tooMany(link: Link, address: string, number: number, isOne: boolean): void {
  if (isOne) link.send(BusType.ONE_TOO_MANY, 0, address, encodeNumbers([FULL_MS, number]));
}

function countOf({ data }: BusFrame): number {
  return readNumber(data, 0);
}

function rateOf({ data }: BusFrame): Rate {
  return { intervalMs: readNumber(data, 1), burstMs: readNumber(data, 2) };
}
