import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { offsetBytes } from "../bus/publication-head.ts";
import { type Carrier, hasRoom, type Routes } from "./carrier.ts";
import type { Sequencer } from "./sequencer.ts";

/** For one host alone: all publications pass here one after another, which is what gives each channel one order. */
export class LocalCarrier implements Carrier {
  readonly #sequencer: Sequencer;
  readonly #routes: Routes;
  readonly #budget: number;

  /** @param budget bytes that may wait for one socket worker */
  constructor(sequencer: Sequencer, routes: Routes, budget: number) {
    this.#sequencer = sequencer;
    this.#routes = routes;
    this.#budget = budget;
  }

  publish(frame: BusFrame, link: Link): void {
    const { reference } = frame;
    this.#routes.forward(frame);
    if (reference !== 0) link.send(BusType.PUBLISHED, reference);
  }

  publishWith(frame: BusFrame, link: Link): void {
    const { channel, reference } = frame;
    const offset = this.#sequencer.publish(frame, (data, kept) => {
      this.#routes.send(kept ? BusType.KEPT_EVENT : BusType.EVENT, channel, data);
    });
    if (reference === 0) return;
    link.send(BusType.PUBLISHED, reference, "", offset === undefined ? undefined : offsetBytes(offset));
  }

  /** Tells what is to be told of a channel's history; nothing where there is none, or no room to tell it. */
  subscribe(frame: BusFrame, link: Link): void {
    const page = frame.data.length === 0 ? undefined : this.#sequencer.subscribe(frame, hasRoom(link, this.#budget));
    link.send(BusType.SUBSCRIBED, frame.reference, "", page);
  }

  history(frame: BusFrame, link: Link): void {
    const page = hasRoom(link, this.#budget) ? this.#sequencer.page(frame) : undefined;
    link.send(BusType.HISTORY_PAGE, frame.reference, "", page);
  }

  unsubscribe(channel: string): void {
    this.#sequencer.histories.unwatch(channel);
  }

  close(): void {
    this.#sequencer.close();
  }
}
