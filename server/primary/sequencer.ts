import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { type HistoryQuestion, type SubscribeQuestion, writeHistoryPage } from "../bus/history-page.ts";
import { readPublicationHead, withOffset } from "../bus/publication-head.ts";
import type { Histories } from "./histories.ts";
import type { PublicationKeys } from "./publication-keys.ts";

/** Takes a publication on its way, its offset in front of its data where `kept`. */
export type Forward = (data: Buffer, kept: boolean) => void;

/** Gives publications their place: keeps those of channels with a history, and makes those with a key once. */
export class Sequencer {
  readonly histories: Histories;
  readonly #keys: PublicationKeys;
  readonly #pack = createPack();

  constructor(histories: Histories, keys: PublicationKeys) {
    this.histories = histories;
    this.#keys = keys;
  }

  /**
   * Takes a publication with a head.
   * @param forward called at once, and not where the publication was made before
   * @returns its offset, where it has one
   */
  publish(frame: BusFrame, forward: Forward): number | undefined {
    const { data } = frame;
    const { key, keeping, publisher, end } = readPublicationHead(data);
    const publish = () => {
      if (keeping === undefined) {
        forward(data.subarray(end), false);
        return undefined;
      }
      const kept = data.subarray(end);
      const offset = this.histories.publish(frame.channel, keeping.size, keeping.ttlMs, kept, publisher);
      forward(withOffset(data, end, offset), true);
      return offset;
    };
    return key === "" ? publish() : this.#keys.once(key, publish);
  }

  /**
   * Somebody subscribes to a channel with a history.
   * @param hasRoom whether that can be told; otherwise no page is made, as that is what costs
   * @returns what to tell of it: whatever comes later is not in there
   */
  subscribe({ channel, data }: BusFrame, hasRoom: boolean): Buffer | undefined {
    this.histories.watch(channel);
    if (!hasRoom) return undefined;
    const [latest, since, peek] = this.#pack.unpack(data) as SubscribeQuestion;
    return writeHistoryPage(this.histories.after(channel, since ?? undefined, latest, peek));
  }

  /** @returns a page of a channel's history */
  page({ channel, data }: BusFrame): Buffer {
    const [limit, before] = this.#pack.unpack(data) as HistoryQuestion;
    return writeHistoryPage(this.histories.before(channel, before ?? undefined, limit));
  }

  close(): void {
    this.histories.close();
  }
}
