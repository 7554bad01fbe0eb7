import type { Pack } from "../../shared/msgpack-codec.ts";
import { BusType } from "../bus/bus-type.ts";
import { type HistoryQuestion, readHistoryPage, type SubscribeQuestion } from "../bus/history-page.ts";
import { readOffset, writePublicationHead } from "../bus/publication-head.ts";
import type { Answered, Uplink } from "../bus/uplink.ts";
import { overloaded } from "../overloaded.ts";
import type { Broker, Paged } from "./broker.ts";

/** How long those are asked to wait whose page the bus has no room for, in milliseconds. */
const RETRY_AFTER_MS = 200;

/** The broker of one host: the primary's bus. Whoever made the link hands its EVENTs on. */
export function createLocalBroker(uplink: Uplink, pack: Pack): Broker {
  /** What the primary was asked for: to take back what it never heard of would fill the queue without a limit. */
  const channels = new Set<string>();

  function subscribe(channel: string, question: Uint8Array | undefined, answered: Answered): void {
    let refused = false;
    uplink.ask(BusType.SUBSCRIBE, channel, question, (error, frame) => {
      refused = error !== undefined;
      answered(error, frame);
    });
    // not before: who is refused at once gives it up from within, and it was never asked for
    if (!refused) channels.add(channel);
  }

  return {
    publish(channel, data, done, options) {
      const plain = options?.key === undefined && options?.keeping === undefined;
      const type = plain ? BusType.PUBLISH : BusType.PUBLISH_WITH;
      const head = plain ? undefined : writePublicationHead(options.key ?? "", options.keeping, options.publisher);
      if (done !== undefined) {
        const answered: Answered = (error, frame) => done(error, frame && readOffset(frame.data));
        uplink.ask(type, channel, data, answered, head);
      } else if (uplink.refusal() === undefined) uplink.tell(type, channel, data, head);
    },
    subscribe: (channel, done) => subscribe(channel, undefined, (error) => done(error)),
    subscribeFrom(channel, { latest, since, peek = false }, done) {
      const question: SubscribeQuestion = [latest, since ?? null, peek];
      subscribe(channel, pack.pack(question), paged(done));
    },
    history(channel, limit, before, done) {
      const question: HistoryQuestion = [limit, before ?? null];
      uplink.ask(BusType.HISTORY, channel, pack.pack(question), paged(done));
    },
    // never refused: nobody could be told, and publications would come for ever that nobody wants
    unsubscribe(channel) {
      if (channels.delete(channel)) uplink.tell(BusType.UNSUBSCRIBE, channel);
    },
    close: () => uplink.close(),
  };
}

function paged(done: Paged): Answered {
  return (error, frame) => {
    if (frame === undefined) done(error, undefined);
    else if (frame.data.length > 0) done(undefined, readHistoryPage(frame.data));
    else done(overloaded(RETRY_AFTER_MS), undefined);
  };
}
