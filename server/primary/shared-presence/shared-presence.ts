import type { Hosts } from "../../hosts/hosts.ts";
import { COUNTS_ONLY, NO_ROOM, NOT_NOW } from "../../pubsub/presence-bus.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import { bucketOf } from "../buckets.ts";
import { countsAnswer, membersAnswer } from "../presence-answers.ts";
import type { PresenceAsker, PresenceKeeper } from "../presence-keeper.ts";
import type { Entrance } from "../presence-store.ts";
import { LocalSeats, type Seat } from "./local-seats.ts";
import type { Entering, Listing } from "./picture.ts";
import { Pictures } from "./pictures.ts";
import { countsOf } from "./presence-messages.ts";
import { AnswerStatus } from "./presence-script.ts";
import { Questions } from "./questions.ts";
import { Upkeep } from "./upkeep.ts";

export interface SharedPresenceOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /**
   * Bytes of this process that all of it may take: connections here that are in channels, and the members of channels that
   * somebody here watches, wherever those are. Where it is used up, nobody else comes in here.
   */
  readonly budget: number;
  /** Connections that may be in one channel, on all hosts. @default 100_000 */
  readonly mostSeats?: number;
  /** How often Redis hears that this host has connections still, in milliseconds. @default 60_000 */
  readonly beatMs?: number;
  /**
   * How long other hosts get to tell what Redis has forgotten, before those who watch are told of what is missing, in
   * milliseconds. @default 2_000
   */
  readonly settleMs?: number;
}

const MOST_SEATS = 100_000;
const BEAT_MS = 60_000;
const SETTLE_MS = 2_000;
const NOT_NOW_BYTES = Buffer.from(NOT_NOW);

/**
 * Who is in the channels of all hosts together: Redis has it. This host remembers its own connections, to tell of them again
 * where Redis has forgotten them, and what those know who watch.
 *
 * While Redis cannot be asked, nobody comes in and nothing is listed; who is in stays so, and whoever leaves, or becomes
 * somebody else, does so at the latest when it can be asked again.
 */
export class SharedPresence implements PresenceKeeper {
  readonly #redis: SharedRedis;
  readonly #budget: number;
  readonly #mostSeats: string;
  readonly #seats = new LocalSeats();
  readonly #questions: Questions;
  readonly #pictures: Pictures;
  readonly #upkeep: Upkeep;
  #spent = 0;

  constructor(options: SharedPresenceOptions) {
    const { redis, hosts, budget, mostSeats = MOST_SEATS, beatMs = BEAT_MS, settleMs = SETTLE_MS } = options;
    this.#redis = redis;
    this.#budget = budget;
    this.#mostSeats = String(mostSeats);
    const questions = new Questions(redis, (bucket) => this.#upkeep.again(bucket));
    const pictures = new Pictures({
      ...{ redis, questions },
      spend: (bytes) => this.spend(bytes),
      list: ({ channel, most, asker, reference }) => this.list(channel, most, asker, reference),
      unread: (bucket) => this.#upkeep.again(bucket),
    });
    this.#questions = questions;
    this.#pictures = pictures;
    this.#upkeep = new Upkeep({ redis, hosts, seats: this.#seats, pictures, questions, beatMs, settleMs });
    redis.watch({
      up: () => this.#upkeep.allAgain(),
      down: () => {
        questions.down();
        pictures.down();
      },
    });
  }

  get size(): number {
    return this.#seats.channels;
  }

  get spent(): number {
    return this.#spent + this.#seats.bytes;
  }

  spend(bytes: number): void {
    this.#spent += bytes;
  }

  enter({ channel, connection, user, member, watch }: Entrance, asker: PresenceAsker, reference: number): void {
    const key = user === undefined ? `c${connection}` : `u${user}`;
    let seat = this.#seats.of(channel, connection);
    if (seat !== undefined) {
      if (member !== undefined) this.#seats.change(seat, key, member);
    } else if (member === undefined || this.spent + this.#seats.costOf(channel, member) > this.#budget) {
      asker.entered(reference, NO_ROOM);
      return;
    } else if (!this.#redis.isUp) {
      asker.entered(reference, NOT_NOW);
      return;
    } else {
      seat = this.#seats.add(channel, connection, asker, key, member);
    }
    this.#ask(seat, { asker, reference, watch: watch === true, answered: false });
  }

  exit(channel: string, connection: string): void {
    const seat = this.#seats.of(channel, connection);
    if (seat === undefined) return;
    this.#seats.remove(seat);
    this.#upkeep.exit([seat]);
  }

  unwatch(channel: string, asker: PresenceAsker): void {
    this.#pictures.unwatch(channel, asker);
  }

  list(channel: string, most: number, asker: PresenceAsker, reference: number): void {
    if (!this.#redis.isUp) {
      asker.listed(reference, NOT_NOW_BYTES);
      return;
    }
    const picture = this.#pictures.of(channel);
    // what is asked behind an entrance is answered behind it
    if (picture !== undefined && !picture.known) picture.lists.push({ channel, most, asker, reference });
    else this.#askWho({ channel, most, asker, reference }, picture === undefined);
  }

  holderGone(asker: PresenceAsker): void {
    this.#pictures.holderGone(asker);
    this.#upkeep.exit(this.#seats.holderGone(asker));
  }

  close(): void {
    this.#upkeep.close();
  }

  #ask(seat: Seat, entering: Entering): void {
    const { channel, bucket, connection, key, text } = seat;
    const picture = entering.watch ? this.#pictures.open(channel) : undefined;
    picture?.entering.add(entering);
    const isIn = (): void => {
      if (picture === undefined || !entering.watch) entering.asker.entered(entering.reference, "");
      else this.#pictures.entered(picture, entering);
    };
    const isNotIn = (refusal: string): void => {
      // who was in already stays so: it is told of again later
      if (seat.confirmed) {
        isIn();
        return;
      }
      if (picture !== undefined) this.#pictures.notEntered(picture, entering);
      // what it has asked since may yet let it in
      if (seat.asking === 0) this.#seats.remove(seat);
      entering.asker.entered(entering.reference, refusal);
    };
    seat.asking++;
    this.#upkeep.begin(bucket);
    const most = seat.confirmed ? "inf" : this.#mostSeats;
    const args = [String(bucket), most, channel, connection, key, Buffer.from(text, "latin1")];
    this.#questions.ask("enter", args, {
      bucket,
      answered: (status) => {
        seat.asking--;
        if (status === AnswerStatus.FULL) isNotIn(NO_ROOM);
        else {
          seat.confirmed = true;
          // it left meanwhile
          if (this.#seats.of(channel, connection) === undefined) this.#upkeep.exit([seat]);
          isIn();
        }
      },
      failed: () => {
        seat.asking--;
        // it may be in, or not
        this.#upkeep.again(bucket);
        isNotIn(NOT_NOW);
      },
    });
  }

  /** @param full whether the members are wanted, rather than only the place of the answer: who is there is known here */
  #askWho(listing: Listing, full: boolean): void {
    const { channel, most, asker, reference } = listing;
    const args = [channel, String(most), full ? "1" : "0"];
    this.#questions.ask("list", args, {
      bucket: bucketOf(channel),
      answered: (_, data) => {
        const picture = this.#pictures.of(channel);
        if (most !== COUNTS_ONLY && data.length === 0 && picture?.known !== true) {
          this.list(channel, most, asker, reference); // nobody watches it any more
        } else if (asker.busy) asker.listed(reference, undefined);
        else if (most === COUNTS_ONLY) asker.listed(reference, countsAnswer(countsOf(data)));
        else asker.listed(reference, picture?.known === true ? membersAnswer(picture.members(most)) : data);
      },
      failed: () => asker.listed(reference, NOT_NOW_BYTES),
    });
  }
}
