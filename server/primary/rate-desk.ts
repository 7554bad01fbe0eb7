import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";
import { encodeNumbers, readNumber } from "../bus/numbers.ts";
import type { Rate } from "../rates/rate.ts";
import { ConnectCounts, type ConnectMember } from "./connect-counts.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { RateStore } from "./rate-store.ts";

/** Users and addresses that are kept, each with what it has done of one thing. */
const MOST_KEPT = 100_000;
/** When one of an address's connections may be gone, nobody knows: who is one too many is asked to wait so long, in milliseconds. */
const FULL_MS = 1_000;

/** Where socket workers come with what users and addresses do, which is limited for all workers together. */
export class RateDesk implements Desk {
  readonly store = new RateStore(MOST_KEPT);
  readonly connections = new ConnectCounts();

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
            own.remove(frame.channel);
            break;
        }
      },
      left: () => own.left(),
    };
  }

  close(): void {
    this.store.close();
  }

  #take(frame: BusFrame, link: Link): void {
    const wait = this.store.take(frame.channel, rateOf(frame), countOf(frame));
    link.send(BusType.RATE_TAKEN, frame.reference, "", encodeNumbers([wait]));
  }

  #spent(frame: BusFrame, link: Link): void {
    const { channel: key } = frame;
    const wait = this.store.spend(key, rateOf(frame), countOf(frame));
    if (wait > 0) link.send(BusType.RATE_OVER, 0, key, encodeNumbers([wait]));
  }

  /** It is there already, and counts until it is gone. */
  #connect({ channel: address, data }: BusFrame, own: ConnectMember, link: Link): void {
    own.add(address);
    if (this.connections.of(address) <= readNumber(data, 0)) return;
    link.send(BusType.ONE_TOO_MANY, 0, address, encodeNumbers([FULL_MS, readNumber(data, 1)]));
  }
}

function countOf({ data }: BusFrame): number {
  return readNumber(data, 0);
}

function rateOf({ data }: BusFrame): Rate {
  return { intervalMs: readNumber(data, 1), burstMs: readNumber(data, 2) };
}
