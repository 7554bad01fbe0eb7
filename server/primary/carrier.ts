import type { BusFrame } from "../bus/bus-frame.ts";
import type { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";

/** The socket workers of this host that want a channel. */
export interface Routes {
  /** Sends a publication on as it came, to every worker that wants it, once each. */
  forward(frame: BusFrame): void;
  /** The same for a frame of this type, about a channel. */
  send(type: BusType, channel: string, data: Uint8Array | undefined): void;
}

/**
 * How publications get from a socket worker of this host to all who want them, and where channels keep their histories. It
 * answers workers itself, over their links: at once or later, and always.
 */
export interface Carrier {
  /** A worker publishes. `frame` is valid only during the call, as everywhere here. */
  publish(frame: BusFrame, link: Link): void;
  /** The same for a publication that is kept, or made once only. */
  publishWith(frame: BusFrame, link: Link): void;
  /** A worker subscribes, and is known to the routes as somebody who does. */
  subscribe(frame: BusFrame, link: Link): void;
  /** A worker wants to know what is there of a channel's history. */
  history(frame: BusFrame, link: Link): void;
  /** No worker of this host is subscribed any more. */
  unsubscribe(channel: string): void;
  close(): void;
}

/** What clients ask for must not hold up publications: they can be asked to wait. @param budget bytes that may wait for a worker */
export function hasRoom({ unsent }: Link, budget: number): boolean {
  return unsent <= budget / 4;
}
