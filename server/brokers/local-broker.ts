import { BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Broker } from "./broker.ts";

/** The broker of one host: the primary's bus. Whoever made the link hands its EVENTs on. */
export function createLocalBroker(uplink: Uplink): Broker {
  /** What the primary was asked for: to take back what it never heard of would fill the queue without a limit. */
  const channels = new Set<string>();

  return {
    publish(channel, data, done) {
      if (done !== undefined) uplink.ask(BusType.PUBLISH, channel, data, (error) => done(error));
      else if (uplink.refusal() === undefined) uplink.tell(BusType.PUBLISH, channel, data);
    },
    subscribe(channel, done) {
      let refused = false;
      // before the question: what is refused at once was not asked
      channels.add(channel);
      uplink.ask(BusType.SUBSCRIBE, channel, undefined, (error) => {
        refused = error !== undefined;
        done(error);
      });
      if (refused) channels.delete(channel);
    },
    // never refused: nobody could be told, and publications would come for ever that nobody wants
    unsubscribe(channel) {
      if (channels.delete(channel)) uplink.tell(BusType.UNSUBSCRIBE, channel);
    },
    close: () => uplink.close(),
  };
}
