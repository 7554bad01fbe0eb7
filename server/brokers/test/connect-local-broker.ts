import { createPack } from "../../../shared/msgpack-codec.ts";
import type { BusFrame } from "../../bus/bus-frame.ts";
import { BusType } from "../../bus/bus-type.ts";
import { OFFSET_BYTES, readOffset } from "../../bus/publication-head.ts";
import { connectUplink, type UplinkOptions } from "../../bus/uplink.ts";
import type { Broker, Deliver } from "../broker.ts";
import { createLocalBroker } from "../local-broker.ts";

export interface LocalBrokerOptions extends Omit<UplinkOptions, "frames"> {
  readonly deliver: Deliver;
}

/** A broker with a link of its own, as in a socket worker that does nothing else. */
export async function connectLocalBroker({ deliver, ...options }: LocalBrokerOptions): Promise<Broker> {
  const frames = {
    [BusType.EVENT]: ({ channel, data }: BusFrame) => deliver(channel, data, undefined),
    [BusType.KEPT_EVENT]: ({ channel, data }: BusFrame) =>
      deliver(channel, data.subarray(OFFSET_BYTES), readOffset(data)),
  };
  return createLocalBroker(await connectUplink({ ...options, frames }), createPack());
}
