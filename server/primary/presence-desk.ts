import { createPack } from "../../shared/msgpack-codec.ts";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";
import { COUNTS_ONLY, type PresenceEntrance } from "../pubsub/presence-bus.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { PresenceFeed } from "./presence-feed.ts";
import { PresenceStore } from "./presence-store.ts";

export interface PresenceDeskOptions {
  /** Bytes that everything about who is where may take. */
  readonly budget: number;
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** Any byte says it. */
const NO_ROOM = "!";

/** Where socket workers come with who is in which channel. */
export class PresenceDesk implements Desk {
  readonly store: PresenceStore;
  readonly #pack = createPack();
  readonly #mostUnsent: number;

  constructor({ budget, linkBudget }: PresenceDeskOptions) {
    this.store = new PresenceStore(budget);
    // half of what sessions are still answered at: a flood of news must not keep clients from coming back
    this.#mostUnsent = linkBudget / 4;
  }

  joined(link: Link): DeskMember {
    const { store } = this;
    const feed = new PresenceFeed(link, this.#mostUnsent, (bytes) => store.spend(bytes));
    return {
      receive: (frame) => {
        switch (frame.type) {
          case BusType.PRESENCE_ENTER:
            this.#enter(frame, feed);
            break;
          case BusType.PRESENCE_EXIT:
            store.exit(frame.channel, frame.data.toString());
            break;
          case BusType.PRESENCE_UNWATCH:
            store.unwatch(frame.channel, feed);
            break;
          case BusType.PRESENCE_LIST:
            this.#list(frame, link, feed);
            break;
        }
      },
      left: () => {
        store.holderGone(feed);
        feed.close();
      },
    };
  }

  close(): void {
    // nothing here waits for anything
  }

  #enter({ channel, reference, data }: BusFrame, feed: PresenceFeed): void {
    const [connection, user, watch, member] = this.#pack.unpack(data) as PresenceEntrance;
    const text = member === null ? undefined : Buffer.from(member).toString("latin1");
    const entered = this.store.enter({ channel, connection, user: user ?? undefined, member: text, watch }, feed);
    // behind all news that came before it
    feed.send(BusType.PRESENCE_ENTERED, reference, "", entered ? "" : NO_ROOM);
  }

  #list({ channel, reference, data }: BusFrame, link: Link, feed: PresenceFeed): void {
    const most = data.readUInt32LE();
    let answer: Uint8Array | undefined;
    if (!feed.busy) {
      answer = most === COUNTS_ONLY ? this.#pack.pack(this.store.counts(channel)) : this.#members(channel, most);
    }
    link.send(BusType.PRESENCE_LISTED, reference, "", answer);
  }

  /** The members as an array, put together of what is encoded already. */
  #members(channel: string, most: number): Uint8Array {
    const texts = [...this.store.members(channel, most)];
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    const array = Buffer.allocUnsafe(ARRAY_HEAD_BYTES + length);
    array[0] = ARRAY_32;
    let at = array.writeUInt32BE(texts.length, 1);
    for (const text of texts) at += array.write(text, at, "latin1");
    return array;
  }
}

/** MessagePack's head of an array whose length has 32 bits. */
const ARRAY_32 = 0xdd;
const ARRAY_HEAD_BYTES = 5;
