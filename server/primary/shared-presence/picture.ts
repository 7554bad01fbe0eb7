import { bucketOf } from "../buckets.ts";
import type { PresenceAsker } from "../presence-keeper.ts";
import { isJoin, newsOf, pageOf, type ToldMember } from "./presence-messages.ts";

/** A connection that comes to a channel, and whose process may want to hear of others from then on. */
export interface Entering {
  readonly asker: PresenceAsker;
  readonly reference: number;
  watch: boolean;
  /** Whether Redis has said that it is in. */
  answered: boolean;
}

/** A question who is in a channel. */
export interface Listing {
  readonly channel: string;
  readonly most: number;
  readonly asker: PresenceAsker;
  readonly reference: number;
}

/** Bytes that a member takes here, beyond its texts; and those that a picture takes. */
const MEMBER_BYTES = 250;
const PICTURE_BYTES = 800;

/**
 * Who is in a channel, as the processes of this host that watch it have been told: by the list that they got from here, and by
 * news since. It changes with news; and when news may have been lost, it is read anew, and they are told what the difference is.
 */
export class Picture {
  readonly channel: string;
  readonly bucket: number;
  readonly watchers = new Set<PresenceAsker>();
  /** Those that want to watch, and are not answered yet. */
  readonly entering = new Set<Entering>();
  /** Questions that wait until it is known who is there. */
  lists: Listing[] = [];
  /** Whether it is under way to be known for the first time. */
  opening = true;
  /** Whether it has been read. */
  known = false;
  readonly #spend: (bytes: number) => void;
  /** By key, in the order in which they came. */
  #told = new Map<string, ToldMember>();
  /** The truth, as far as it has been read. */
  #next: Map<string, ToldMember> | undefined;
  #reading = 0;

  /** @param spend takes bytes for what is kept, or, where negative, gives them back */
  constructor(channel: string, spend: (bytes: number) => void) {
    this.channel = channel;
    this.bucket = bucketOf(channel);
    this.#spend = spend;
    spend(PICTURE_BYTES + channel.length);
  }

  /** Whether nobody has a use for it. */
  get unused(): boolean {
    return this.watchers.size + this.entering.size === 0;
  }

  /** The texts of so many members. */
  members(most: number): string[] {
    const texts: string[] = [];
    for (const { text } of this.#told.values()) {
      if (texts.length >= most) break;
      texts.push(text);
    }
    return texts;
  }

  /** Somebody came or left. */
  news(data: Buffer): void {
    if (this.#next === undefined && !this.known) return;
    const member = newsOf(data);
    if (isJoin(data)) {
      this.#next?.set(member.key, member);
      if (this.known) this.#joined(member);
    } else {
      this.#next?.delete(member.key);
      if (this.known) this.#left(member.key);
    }
  }

  /** It is read from the beginning. @returns the number of this reading; one before it is over */
  startReading(): number {
    this.#next = new Map();
    this.#reading++;
    return this.#reading;
  }

  /** What has been read so far is worth nothing. */
  stopReading(): void {
    this.#next = undefined;
    this.#reading++;
  }

  /** A page came. @returns the last place in it; undefined where it is empty, or of a reading that is over */
  page(reading: number, data: Buffer): number | undefined {
    let last: number | undefined;
    if (this.#next === undefined || reading !== this.#reading) return last;
    for (const member of pageOf(data)) {
      this.#next.set(member.key, member);
      last = member.place;
    }
    return last;
  }

  /** All is read: those who watch are told of what they do not know. @returns whether that was still wanted */
  complete(reading: number): boolean {
    const next = this.#next;
    if (next === undefined || reading !== this.#reading) return false;
    this.#next = undefined;
    const ordered = [...next.values()].sort((one, other) => one.place - other.place);
    for (const { key, text } of [...this.#told.values()]) if (next.get(key)?.text !== text) this.#left(key);
    for (const member of ordered) this.#joined(member);
    this.#told = new Map(ordered.map((member) => [member.key, member]));
    this.known = true;
    return true;
  }

  /** Gives back what it takes. */
  drop(): void {
    this.stopReading();
    this.#spend(-PICTURE_BYTES - this.channel.length);
    for (const member of this.#told.values()) this.#spend(-costOf(member));
    this.#told.clear();
    this.known = false;
  }

  #joined(member: ToldMember): void {
    const known = this.#told.get(member.key);
    if (known?.text === member.text) return;
    if (known !== undefined) this.#left(known.key);
    this.#told.set(member.key, member);
    this.#spend(costOf(member));
    for (const watcher of this.watchers) watcher.changed("join", this.channel, member.text);
  }

  #left(key: string): void {
    const known = this.#told.get(key);
    if (known === undefined) return;
    this.#told.delete(key);
    this.#spend(-costOf(known));
    for (const watcher of this.watchers) watcher.changed("leave", this.channel, known.text);
  }
}

function costOf({ key, text }: ToldMember): number {
  return MEMBER_BYTES + key.length + text.length;
}
