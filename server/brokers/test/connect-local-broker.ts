import { BusType } from "../../bus/bus-frame.ts";
import { connectUplink, type UplinkOptions } from "../../bus/uplink.ts";
import type { Broker, Deliver } from "../broker.ts";
import { createLocalBroker } from "../local-broker.ts";

export interface LocalBrokerOptions extends Omit<UplinkOptions, "frames"> {
  readonly deliver: Deliver;
}

/** A broker with a link of its own, as in a socket worker that does nothing else. */
export async function connectLocalBroker({ deliver, ...options }: LocalBrokerOptions): Promise<Broker> {
  const frames = {
    [BusType.EVENT]: (frame: { channel: string; data: Uint8Array }) => deliver(frame.channel, frame.data),
  };
  return createLocalBroker(await connectUplink({ ...options, frames }));
}
