import { randomBytes } from "node:crypto";
import type { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { HISTORY_PAGE_BYTES, type HistoryQuestion, type SubscribeQuestion } from "../bus/history-page.ts";
import type { Link } from "../bus/link.ts";
import { offsetBytes, readPublicationHead } from "../bus/publication-head.ts";
import { sendRefusal } from "../bus/refusal.ts";
import { newEpoch } from "../epoch.ts";
import { type Carrier, hasRoom, type Routes } from "../primary/carrier.ts";
import { isPattern } from "../pubsub/patterns.ts";
import { unavailable } from "../redis/redis-errors.ts";
import type { Ran, SharedRedis } from "../redis/shared-redis.ts";
import { OnceEach } from "./once-each.ts";
import { PageQuestions } from "./page-questions.ts";
import { PUBLICATIONS } from "./redis-histories.ts";
import { Standing } from "./standing.ts";

export interface RedisCarrierOptions {
  readonly redis: SharedRedis;
  readonly routes: Routes;
  /** Bytes that may wait for one socket worker. */
  readonly budget: number;
  /** Bytes of the largest publication that there should be. */
  readonly largest: number;
  /** How long a publication with a key is known, in milliseconds. */
  readonly keyWindowMs: number;
  /** What becomes of publications that are not kept, while Redis cannot be asked: those of this host get them, or nobody. */
  readonly whileAway: "refuse" | "local";
}

/** A channel or pattern that workers of this host are subscribed to. */
interface Carried {
  /** Workers that wait for Redis's word that publications come; undefined once it was given. */
  waiting: (() => void)[] | undefined;
  /** Where its history stands for this host; undefined where nobody has asked. */
  standing: Standing | undefined;
}

/** Bytes of a page of a history, for Lua. */
const PAGE_BYTES = String(HISTORY_PAGE_BYTES);
/** How often Redis hears that somebody is subscribed to a channel that keeps a history, in milliseconds. */
const TOUCH_MS = 240_000;
/** In front of what is not kept: one for all, as it is copied at once. */
const NUMBER = Buffer.alloc(4);
/** What a publication is, in its first byte. */
const KEPT = 1;

/**
 * For many hosts: Redis gives publications their place, keeps histories, and passes on what is published to the hosts that want
 * it. One order for all of them, and one path: also what a worker of this host publishes comes back from there.
 */
export class RedisCarrier implements Carrier {
  readonly #options: RedisCarrierOptions;
  readonly #pages: PageQuestions;
  readonly #carried = new Map<string, Carried>();
  readonly #onceEach = new OnceEach();
  readonly #pack = createPack();
  readonly #timer: NodeJS.Timeout;
  #patterns = 0;
  /** What the next publication that is not kept has in front. */
  #number = randomBytes(NUMBER.length).readUInt32LE(0);

  constructor(options: RedisCarrierOptions) {
    this.#options = options;
    const { redis } = options;
    this.#pages = new PageQuestions(redis, options.largest);
    redis.watch({ up: () => this.#back() });
    this.#timer = setInterval(() => this.#touch(), TOUCH_MS).unref();
  }

  publish(frame: BusFrame, link: Link): void {
    const { reference, channel } = frame;
    const { redis, routes, whileAway } = this.#options;
    if (!redis.isUp && whileAway === "local") {
      routes.forward(frame);
      if (reference !== 0) link.send(BusType.PUBLISHED, reference);
      return;
    }
    const args = [channel, frame.data, this.#nextNumber()];
    redis.run(PUBLICATIONS, channel, "publish", args, published(link, reference));
  }

  publishWith(frame: BusFrame, link: Link): void {
    const { reference, channel, data } = frame;
    const { redis, keyWindowMs } = this.#options;
    const { key, keeping, end } = readPublicationHead(data);
    const kept = [String(keeping?.size ?? 0), String(keeping?.ttlMs ?? 0), newEpoch()];
    const args = [channel, data.subarray(end), key, String(keyWindowMs), ...kept, this.#nextNumber()];
    redis.run(PUBLICATIONS, channel, "keep", args, published(link, reference));
  }

  subscribe({ channel, reference, data }: BusFrame, link: Link): void {
    const { redis } = this.#options;
    const carried = this.#carried.get(channel) ?? this.#begin(channel);
    if (!redis.isUp) {
      sendRefusal(link, reference, unavailable());
      return;
    }
    const question = data.length === 0 ? undefined : (this.#pack.unpack(data) as SubscribeQuestion);
    const ready = (): void => {
      if (question !== undefined) this.#tellStanding(carried, channel, question, reference, link);
      else this.#pages.ask("mark", channel, [], (error) => this.#answer(link, BusType.SUBSCRIBED, reference, error));
    };
    if (carried.waiting === undefined) ready();
    else carried.waiting.push(ready);
  }

  history({ channel, reference, data }: BusFrame, link: Link): void {
    const [limit, before] = this.#pack.unpack(data) as HistoryQuestion;
    const args = [String(limit), before === null ? "" : String(before), PAGE_BYTES, newEpoch()];
    this.#pages.ask("before", channel, args, (error, page) => {
      this.#answer(link, BusType.HISTORY_PAGE, reference, error, page);
    });
  }

  unsubscribe(channel: string): void {
    const carried = this.#carried.get(channel);
    if (carried === undefined) return;
    this.#carried.delete(channel);
    if (isPattern(channel)) this.#patterns--;
    carried.standing?.end();
    this.#options.redis.unsubscribe(`c:${channel}`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#pages.close();
  }

  /** What a publication that is not kept has in front, so that no two are alike. Valid until the next one. */
  #nextNumber(): Uint8Array {
    NUMBER.writeUInt32LE(this.#number, 0);
    this.#number = (this.#number + 1) % 0x1_0000_0000;
    return NUMBER;
  }

  #begin(channel: string): Carried {
    const carried: Carried = { waiting: [], standing: undefined };
    this.#carried.set(channel, carried);
    if (isPattern(channel)) this.#patterns++;
    const received = (data: Buffer, name: string): void => this.#received(data, name.slice(2), channel, carried);
    this.#options.redis.subscribe(`c:${channel}`, received, () => {
      // also where it failed: whoever waits sees that for himself, and the subscription is there when Redis is
      const waiting = carried.waiting ?? [];
      carried.waiting = undefined;
      for (const ready of waiting) ready();
    });
    return carried;
  }

  #received(data: Buffer, channel: string, by: string, carried: Carried): void {
    // what still comes by a subscription that is over comes by the others as well
    if (this.#carried.get(by) !== carried) return;
    if (this.#patterns > 0 && this.#onceEach.isRepeated(channel, data)) return;
    const { routes } = this.#options;
    if (data[0] !== KEPT) routes.send(BusType.EVENT, channel, data.subarray(1 + NUMBER.length));
    else {
      // a pattern may come first, and the channel know better
      const { standing } = by === channel ? carried : (this.#carried.get(channel) ?? carried);
      if (standing === undefined || standing.takes(data.readDoubleLE(1))) {
        routes.send(BusType.KEPT_EVENT, channel, data.subarray(1));
      }
    }
  }

  #tellStanding(
    carried: Carried,
    channel: string,
    [latest, since, peek]: SubscribeQuestion,
    reference: number,
    link: Link,
  ): void {
    const place = [since?.epoch ?? "", since === null ? "" : String(since.offset)];
    const args = [latest ? "1" : "", ...place, peek ? "1" : "", PAGE_BYTES, newEpoch(), ""];
    // what is missing here would come behind a page that has it
    const again = (): void => this.#tellStanding(carried, channel, [latest, since, peek], reference, link);
    if (carried.standing?.behind === true) {
      carried.standing.whenCaughtUp(again);
      return;
    }
    this.#pages.ask("after", channel, args, (error, page) => {
      if (page !== undefined && this.#carried.get(channel) === carried) {
        if (carried.standing?.behind === true) {
          carried.standing.whenCaughtUp(again);
          return;
        }
        const { routes } = this.#options;
        carried.standing ??= new Standing({ routes, channel, pages: this.#pages, pageBytes: PAGE_BYTES, latest });
        carried.standing.stands(page);
      }
      this.#answer(link, BusType.SUBSCRIBED, reference, error, page);
    });
  }

  /** A page that there is no room for is left out: who asked is to come again. */
  #answer(link: Link, type: BusType, reference: number, error: AppError | undefined, page?: Buffer): void {
    if (error !== undefined) sendRefusal(link, reference, error);
    else link.send(type, reference, "", hasRoom(link, this.#options.budget) ? page : undefined);
  }

  /** Redis can be asked again: what was published meanwhile is in the histories, or is gone. */
  #back(): void {
    for (const { standing } of this.#carried.values()) standing?.catchUp();
  }

  #touch(): void {
    for (const [channel, { standing }] of this.#carried) {
      if (standing !== undefined) this.#options.redis.run(PUBLICATIONS, channel, "touch", [channel]);
    }
  }
}

/** Answers who publishes, where that is wanted. */
function published(link: Link, reference: number): Ran | undefined {
  if (reference === 0) return undefined;
  return (error, offset) => {
    if (error !== undefined) sendRefusal(link, reference, error);
    else link.send(BusType.PUBLISHED, reference, "", typeof offset === "number" ? offsetBytes(offset) : undefined);
  };
}
