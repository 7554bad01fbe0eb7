import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { Encoded } from "../dispatch/encoded.ts";
import { overloaded } from "../overloaded.ts";
import { COUNTS_ONLY, isNotNow } from "./presence-bus.ts";

/** How long who is refused is asked to wait, in milliseconds. */
export const PRESENCE_RETRY_MS = 1_000;
/** Members that the primary is asked for; who wants fewer gets a part. Else each limit would be another question. */
const SIZES = [10, 100, 1_000];

/** A question that the primary has yet to answer. */
interface UnderWay {
  readonly answer: Promise<Encoded>;
  /** The one after it, for those who came too late: what it is answered may be older than what they know. */
  next: Promise<Encoded> | undefined;
}

/**
 * Asks the primary who is in a channel. However many ask the same at once, one such question is under way at a time: its
 * answer may be a thousand times as long.
 */
export class PresenceLists {
  readonly #uplink: Pick<Uplink, "ask">;
  readonly #pack: Pack;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(uplink: Pick<Uplink, "ask">, pack: Pack) {
    this.#uplink = uplink;
    this.#pack = pack;
  }

  /**
   * @param most members that are told, 1,000 at most, or `COUNTS_ONLY`
   * @returns an array of members, or the counts
   * @throws AppError `OVERLOADED` where there is no room for the answer now, `UNAVAILABLE`
   */
  async ask(channel: string, most: number): Promise<unknown> {
    const size = most === COUNTS_ONLY ? most : (SIZES.find((one) => one >= most) ?? most);
    const answer = await this.#shared(channel, size);
    if (size === most) return answer;
    const members = this.#pack.unpack(answer.bytes) as unknown[];
    return members.length <= most ? answer : members.slice(0, most);
  }

  #shared(channel: string, most: number): Promise<Encoded> {
    const key = `${most} ${channel}`;
    const known = this.#underWay.get(key);
    if (known === undefined) return this.#begin(key, channel, most);
    if (known.next === undefined) {
      const again = () => this.#begin(key, channel, most);
      known.next = known.answer.then(again, again);
    }
    return known.next;
  }

  #begin(key: string, channel: string, most: number): Promise<Encoded> {
    const answer = this.#question(channel, most);
    const underWay: UnderWay = { answer, next: undefined };
    this.#underWay.set(key, underWay);
    const over = () => {
      if (this.#underWay.get(key) === underWay && underWay.next === undefined) this.#underWay.delete(key);
    };
    answer.then(over, over);
    return answer;
  }

  #question(channel: string, most: number): Promise<Encoded> {
    const data = Buffer.allocUnsafe(4);
    data.writeUInt32LE(most);
    return new Promise((resolve, reject) => {
      this.#uplink.ask(BusType.PRESENCE_LIST, channel, data, (error, frame) => {
        if (frame === undefined) reject(error);
        else if (frame.data.length === 0) reject(overloaded(PRESENCE_RETRY_MS));
        else if (isNotNow(frame.data)) reject(new AppError("UNAVAILABLE"));
        else resolve(new Encoded(Uint8Array.from(frame.data)));
      });
    });
  }
}
