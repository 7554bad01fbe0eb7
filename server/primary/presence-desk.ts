import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import type { PresenceEntrance } from "../pubsub/presence-bus.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { PresenceFeed } from "./presence-feed.ts";
import type { PresenceKeeper } from "./presence-keeper.ts";

export interface PresenceDeskOptions {
  /** Knows who is where, of this host or of all. */
  readonly keeper: PresenceKeeper;
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** Where socket workers come with who is in which channel. */
export class PresenceDesk implements Desk {
  readonly #keeper: PresenceKeeper;
  readonly #pack = createPack();
  readonly #mostUnsent: number;

  constructor({ keeper, linkBudget }: PresenceDeskOptions) {
    this.#keeper = keeper;
    // half of what sessions are still answered at: a flood of news must not keep clients from coming back
    this.#mostUnsent = linkBudget / 4;
  }

  joined(link: Link): DeskMember {
    const keeper = this.#keeper;
    const feed = new PresenceFeed(link, this.#mostUnsent, (bytes) => keeper.spend(bytes));
    return {
      receive: (frame) => {
        switch (frame.type) {
          case BusType.PRESENCE_ENTER:
            this.#enter(frame, feed);
            break;
          case BusType.PRESENCE_EXIT:
            keeper.exit(frame.channel, frame.data.toString());
            break;
          case BusType.PRESENCE_UNWATCH:
            keeper.unwatch(frame.channel, feed);
            break;
          case BusType.PRESENCE_LIST:
            keeper.list(frame.channel, frame.data.readUInt32LE(), feed, frame.reference);
            break;
        }
      },
      left: () => {
        keeper.holderGone(feed);
        feed.close();
      },
    };
  }

  close(): void {
    this.#keeper.close();
  }

  #enter({ channel, reference, data }: BusFrame, feed: PresenceFeed): void {
    const [connection, user, watch, member] = this.#pack.unpack(data) as PresenceEntrance;
    const text = member === null ? undefined : Buffer.from(member).toString("latin1");
    this.#keeper.enter({ channel, connection, user: user ?? undefined, member: text, watch }, feed, reference);
  }
}
