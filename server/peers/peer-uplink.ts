import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { PairedPeer } from "../../shared/peers.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { type Admission, Order, type PairNews, type PeerAnswer, type PeerOrder, signalChannel } from "./peer-bus.ts";

/** How long who is refused is asked to wait, in milliseconds. */
export const RETRY_AFTER_MS = 1_000;

/** What a socket worker says to its primary about peers. */
export class PeerUplink {
  readonly #uplink: Pick<Uplink, "ask" | "tell">;
  readonly #pack: Pack;

  constructor(uplink: Pick<Uplink, "ask" | "tell">, pack: Pack) {
    this.#uplink = uplink;
    this.#pack = pack;
  }

  /** @param admitted called before anything else is heard of that peer. Rejects with an AppError, as do the others */
  seek(id: string, order: PeerOrder & { readonly 0: typeof Order.SEEK }, admitted: (answer: Admission) => void) {
    return this.#ask(BusType.PEER, id, this.#pack.pack(order), (answer) => admitted(answer as Admission));
  }

  connect(id: string, to: string): Promise<void> {
    const order: PeerOrder = [Order.CONNECT, to];
    return this.#ask(BusType.PEER, id, this.#pack.pack(order));
  }

  /** @param again whether it seeks on */
  part(id: string, from: string, again: boolean): Promise<void> {
    const order: PeerOrder = [Order.PART, from, again];
    return this.#ask(BusType.PEER, id, this.#pack.pack(order));
  }

  /** @param data encoded */
  signal(from: string, to: string, data: Uint8Array): Promise<void> {
    return this.#ask(BusType.PEER_SIGNAL, signalChannel(from, to), data);
  }

  /** @param back whether its client may come back to it */
  left(id: string, back: boolean): void {
    const order: PeerOrder = [back ? Order.AWAY : Order.LEFT];
    this.#uplink.tell(BusType.PEER, id, this.#pack.pack(order));
  }

  pair([peer, polite, info]: PairNews): PairedPeer {
    return { peer, polite, ...(info === null ? {} : { info: this.#pack.unpack(info) }) };
  }

  #ask(type: BusType, channel: string, data: Uint8Array, answered?: (answer: PeerAnswer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#uplink.ask(type, channel, data, (error, frame) => {
        if (frame === undefined) {
          reject(error);
          return;
        }
        const answer = this.#pack.unpack(frame.data) as PeerAnswer;
        if (isRefusal(answer)) {
          reject(refusal(answer));
          return;
        }
        answered?.(answer);
        resolve();
      });
    });
  }
}

type Refusal = Extract<PeerAnswer, readonly unknown[]>;

function isRefusal(answer: PeerAnswer): answer is Refusal {
  return Array.isArray(answer);
}

function refusal([code, text]: Refusal): AppError {
  return new AppError(code, text, code === "OVERLOADED" ? { retryAfterMs: RETRY_AFTER_MS } : undefined);
}
