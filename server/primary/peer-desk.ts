import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { type Admission, Order, type PeerAnswer, type PeerOrder, signalEnds } from "../peers/peer-bus.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { Matchmaker } from "./matchmaker.ts";
import type { PeerHolder } from "./peer-entry.ts";

export interface PeerDeskOptions {
  /** Peers of all socket workers at once. */
  readonly mostPeers: number;
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** How a socket worker is told something, be it of this host or of another. */
export type PeerLink = Pick<Link, "send" | "forward" | "unsent">;

/** Where socket workers come with everything about peers. It relays what these say, and reads none of it. */
export class PeerDesk implements Desk {
  readonly #matchmaker: Matchmaker;
  readonly #pack = createPack();
  readonly #mostUnsent: number;

  constructor({ mostPeers, linkBudget }: PeerDeskOptions) {
    this.#matchmaker = new Matchmaker(mostPeers);
    // as many as hold up publications: what clients say to each other must not do that to everybody
    this.#mostUnsent = linkBudget / 2;
  }

  /** How many peers there are. */
  get size(): number {
    return this.#matchmaker.size;
  }

  joined(link: PeerLink): DeskMember {
    const mostUnsent = this.#mostUnsent;
    const holder: PeerHolder = {
      tell: (peer, news) => link.send(BusType.PEER_NEWS, 0, peer, this.#pack.pack(news)),
      signal: (frame) => link.forward(frame, BusType.PEER_SIGNAL),
      get busy() {
        return link.unsent > mostUnsent;
      },
    };
    return {
      receive: (frame) => {
        if (frame.type === BusType.PEER) this.#order(frame, link, holder);
        else if (frame.type === BusType.PEER_SIGNAL) this.#signal(frame, link, holder);
      },
      left: () => this.#matchmaker.holderGone(holder),
    };
  }

  close(): void {
    this.#matchmaker.close();
  }

  #order({ channel: id, reference, data }: BusFrame, link: PeerLink, holder: PeerHolder): void {
    const order = this.#pack.unpack(data) as PeerOrder;
    const matchmaker = this.#matchmaker;
    switch (order[0]) {
      case Order.SEEK:
        this.#answer(link, reference, () => matchmaker.admit(id, order[1], holder));
        // after the answer, of which it is a part to whoever it is about
        matchmaker.begin(id);
        break;
      case Order.CONNECT:
        this.#answer(link, reference, () => matchmaker.connect(id, order[1], holder));
        break;
      case Order.PART:
        this.#answer(link, reference, () => matchmaker.part(id, order[1], order[2], holder));
        break;
      case Order.LEFT:
      case Order.AWAY:
        matchmaker.left(id, order[0] === Order.AWAY, holder);
        break;
    }
  }

  #signal(frame: BusFrame, link: PeerLink, holder: PeerHolder): void {
    this.#answer(link, frame.reference, () => {
      const [from, to] = signalEnds(frame.channel);
      const receiver = this.#matchmaker.reach(from, to, holder);
      if (receiver.busy) throw new AppError("OVERLOADED");
      receiver.signal(frame);
    });
  }

  // biome-ignore lint/suspicious/noConfusingVoidType: what there is nothing to say about returns nothing
  #answer(link: PeerLink, reference: number, work: () => Admission | void): void {
    let answer: PeerAnswer;
    try {
      answer = work() ?? null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      answer = [error.code, error.message];
    }
    link.send(BusType.PEER_ANSWER, reference, "", this.#pack.pack(answer));
  }
}
