import { NOT_NOW } from "../../pubsub/presence-bus.ts";
import type { SharedRedis } from "../../redis/shared-redis.ts";
import type { PresenceAsker } from "../presence-keeper.ts";
import { type Entering, type Listing, Picture } from "./picture.ts";
import { AnswerStatus } from "./presence-script.ts";
import type { Questions } from "./questions.ts";

export interface PicturesOptions {
  readonly redis: SharedRedis;
  readonly questions: Questions;
  /** Takes bytes for what is kept, or, where negative, gives them back. */
  spend(bytes: number): void;
  /** Asks again, what waited. */
  list(listing: Listing): void;
  /** A picture could not be read, and has to be later. */
  unread(bucket: number): void;
}

/** Members that are asked for at a time. */
const PAGE = 200;
const NOT_NOW_BYTES = Buffer.from(NOT_NOW);

/** The channels that processes of this host watch, with what those have been told. */
export class Pictures {
  readonly #options: PicturesOptions;
  readonly #pictures = new Map<string, Picture>();

  constructor(options: PicturesOptions) {
    this.#options = options;
  }

  of(channel: string): Picture | undefined {
    return this.#pictures.get(channel);
  }

  /** Whether a channel of a bucket is watched. */
  hasSome(bucket: number): boolean {
    for (const picture of this.#pictures.values()) if (picture.bucket === bucket) return true;
    return false;
  }

  /** That of a channel; where there is none, it begins to be read as soon as news come. */
  open(channel: string): Picture {
    const known = this.#pictures.get(channel);
    if (known !== undefined) return known;
    const { redis, spend } = this.#options;
    const picture = new Picture(channel, spend);
    this.#pictures.set(channel, picture);
    redis.subscribe(
      `p:${channel}`,
      (data) => picture.news(data),
      (error) => {
        if (this.#pictures.get(channel) !== picture) return;
        if (error === undefined) this.#read(picture);
        else this.#unread(picture);
      },
    );
    return picture;
  }

  /** Redis has said that a connection is in: its process hears of others from now on, or once it is known who is there. */
  entered(picture: Picture, entering: Entering): void {
    entering.answered = true;
    if (picture.known || !picture.opening) this.#begin(picture, entering);
  }

  /** It is not in, or does not want to hear of others any more. */
  notEntered(picture: Picture, entering: Entering): void {
    if (picture.entering.delete(entering)) this.#tidy(picture);
  }

  unwatch(channel: string, asker: PresenceAsker): void {
    const picture = this.#pictures.get(channel);
    if (picture === undefined) return;
    picture.watchers.delete(asker);
    for (const entering of picture.entering) {
      if (entering.asker !== asker) continue;
      entering.watch = false;
      picture.entering.delete(entering);
      if (entering.answered) asker.entered(entering.reference, "");
    }
    this.#tidy(picture);
  }

  holderGone(asker: PresenceAsker): void {
    for (const picture of this.#pictures.values()) {
      picture.lists = picture.lists.filter((listing) => listing.asker !== asker);
      this.unwatch(picture.channel, asker);
    }
  }

  /** Reads those of a bucket anew. */
  readAgain(bucket: number): void {
    for (const picture of this.#pictures.values()) if (picture.bucket === bucket) this.#read(picture);
  }

  /** Redis cannot be asked any more. */
  down(): void {
    for (const picture of this.#pictures.values()) this.#unread(picture);
  }

  #read(picture: Picture): void {
    this.#page(picture, picture.startReading(), 0);
  }

  #page(picture: Picture, reading: number, after: number): void {
    const { questions, unread } = this.#options;
    const { bucket } = picture;
    const failed = (): void => {
      if (this.#pictures.get(picture.channel) !== picture) return;
      this.#unread(picture);
      unread(bucket);
    };
    questions.ask("page", [String(bucket), picture.channel, String(after), String(PAGE)], {
      bucket,
      answered: (status, data) => {
        if (status === AnswerStatus.FORGOTTEN) {
          failed();
          return;
        }
        const last = picture.page(reading, data);
        if (last !== undefined) this.#page(picture, reading, last);
        else if (picture.complete(reading)) this.#complete(picture);
      },
      failed,
    });
  }

  #complete(picture: Picture): void {
    picture.opening = false;
    this.#beginAll(picture);
    for (const listing of picture.lists.splice(0)) this.#options.list(listing);
  }

  /** Whoever is in watches all the same: it is told what it does not know when that is known. */
  #unread(picture: Picture): void {
    picture.opening = false;
    picture.stopReading();
    this.#beginAll(picture);
    for (const { asker, reference } of picture.lists.splice(0)) asker.listed(reference, NOT_NOW_BYTES);
  }

  #beginAll(picture: Picture): void {
    for (const entering of picture.entering) if (entering.answered) this.#begin(picture, entering);
  }

  #begin(picture: Picture, entering: Entering): void {
    picture.entering.delete(entering);
    picture.watchers.add(entering.asker);
    entering.asker.entered(entering.reference, "");
  }

  #tidy(picture: Picture): void {
    const { channel } = picture;
    if (!picture.unused || this.#pictures.get(channel) !== picture) return;
    this.#pictures.delete(channel);
    picture.drop();
    this.#options.redis.unsubscribe(`p:${channel}`);
    for (const listing of picture.lists.splice(0)) this.#options.list(listing);
  }
}
