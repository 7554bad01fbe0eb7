import type { Position } from "../../shared/message.ts";
import { HISTORY_EVENT_BYTES, HISTORY_PAGE_BYTES, type KeptPage } from "../bus/history-page.ts";
import { type Due, DueSeconds } from "../due-seconds.ts";
import { newEpoch } from "../epoch.ts";
import { GivingWay, type Yielding } from "./giving-way.ts";
import { KeptPublications } from "./kept-publications.ts";

export interface HistoriesOptions {
  /** Bytes that all of them may take. */
  readonly budget: number;
  /** Bytes of one page's publications; one larger publication is a page of its own. @default 262_144 */
  readonly pageBytes?: number;
}

/** What a channel costs beside its publications, in bytes, as measured. */
const CHANNEL_BYTES = 850;

interface Kept extends Due<Kept>, Yielding<Kept> {
  readonly channel: string;
  readonly publications: KeptPublications;
  ttlMs: number;
  /** Whether somebody is subscribed to it. */
  watched: boolean;
  /** What it counts for. */
  cost: number;
}

/**
 * The newest publications of the channels that keep them, and where each channel stands. A place is an epoch and an
 * offset. There is one epoch for all channels, new with each start, as all of this is lost with its process.
 *
 * All of it together stays within a budget, for which channels lose their oldest publications. One that is given up as a
 * whole, and begins again, goes on beyond every offset that was ever given up: an offset means one publication only, and
 * who has missed some never believes to have missed nothing.
 */
export class Histories {
  readonly epoch = newEpoch();
  readonly #budget: number;
  readonly #pageBytes: number;
  readonly #channels = new Map<string, Kept>();
  /** Offsets of channels of which nothing is kept, and that must not be given up: somebody is subscribed. */
  readonly #watched = new Map<string, number>();
  readonly #givingWay: GivingWay<Kept>;
  readonly #expiry = new DueSeconds<Kept>((kept) => this.#trim(kept));
  /** The highest offset of a channel that was given up. */
  #floor = 0;
  #bytes = 0;

  constructor({ budget, pageBytes = HISTORY_PAGE_BYTES }: HistoriesOptions) {
    this.#budget = budget;
    this.#pageBytes = pageBytes;
    this.#givingWay = new GivingWay(budget);
  }

  /** Channels of which something is known. */
  get size(): number {
    return this.#channels.size + this.#watched.size;
  }

  /** What they take, in bytes, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Gives a publication its place, and keeps it.
   * @param size how many of this channel are kept
   * @param ttlMs for how many milliseconds
   * @param publisher who publishes, of those between whom the budget is divided; empty for the application
   * @returns its offset
   */
  publish(channel: string, size: number, ttlMs: number, data: Buffer, publisher = ""): number {
    const now = performance.now();
    const kept = this.#of(channel, now);
    this.#givingWay.publishedBy(kept, publisher);
    const { publications } = kept;
    kept.ttlMs = ttlMs;
    publications.forgetUntil(now - ttlMs);
    const offset = publications.push(data.toString("latin1"), now);
    while (publications.size > size) publications.shift();
    this.#count(kept);
    this.#makeRoom(now);
    return offset;
  }

  /** Somebody is subscribed: where the channel stands has to be known from now on. */
  watch(channel: string): void {
    const kept = this.#channels.get(channel);
    if (kept === undefined) this.#watched.set(channel, this.#watched.get(channel) ?? this.#floor);
    else {
      kept.watched = true;
      this.#count(kept);
    }
  }

  /** Nobody is subscribed any more. */
  unwatch(channel: string): void {
    const now = performance.now();
    const offset = this.#watched.get(channel);
    const kept = offset === undefined || offset === this.#floor ? this.#channels.get(channel) : this.#of(channel, now);
    this.#watched.delete(channel);
    if (kept === undefined) return;
    kept.watched = false;
    this.#count(kept);
    this.#makeRoom(now);
  }

  /**
   * What came after a place, the oldest first.
   * @param latest whether only the newest publication counts: it is given to everybody who does not know it
   * @param peek whether to tell only what would be given
   */
  after(channel: string, since: Position | undefined, latest: boolean, peek = false): KeptPage {
    const kept = this.#current(channel);
    const { epoch } = this;
    if (kept === undefined) {
      const top = this.#offsetOf(channel);
      return this.#nothing(top, since?.epoch === epoch && since.offset === top);
    }
    const { top, first, size } = kept.publications;
    const known = since?.epoch === epoch && since.offset <= top ? since.offset : undefined;
    if (latest && size > 0) return this.#page(kept, known === top || peek ? top + 1 : top);
    // of a place that is not the newest nothing may be missing
    if (known !== undefined && first <= known + 1) return this.#page(kept, peek ? top + 1 : known + 1);
    return this.#nothing(top, false);
  }

  /** The newest publications, so many, that came before an offset, the oldest of them first. */
  before(channel: string, before: number | undefined, limit: number): KeptPage {
    const kept = this.#current(channel);
    if (kept === undefined) return this.#nothing(this.#offsetOf(channel), false);
    const { top, first } = kept.publications;
    const end = Math.max(first, Math.min(before ?? top + 1, top + 1));
    let from = end;
    for (let bytes = 0; from > first && end - from < limit; from--) {
      bytes += kept.publications.lengthOf(from - 1);
      if (bytes > this.#pageBytes && from < end) break;
    }
    const publications = kept.publications.slice(from, end);
    return { ...this.#nothing(top, false), more: from > first, first: from, publications };
  }

  close(): void {
    this.#expiry.stop();
  }

  /** A page without publications. */
  #nothing(top: number, recovered: boolean): KeptPage {
    return { epoch: this.epoch, top, recovered, more: false, first: 0, publications: [] };
  }

  /** As many as a page may hold, from an offset on. */
  #page(kept: Kept, from: number): KeptPage {
    const { publications, channel } = kept;
    const end = publications.top + 1;
    let to = from;
    for (let bytes = 0; to < end; to++) {
      bytes += publications.lengthOf(to) + channel.length + HISTORY_EVENT_BYTES;
      if (bytes > this.#pageBytes && to > from) break;
    }
    const given = publications.slice(from, to);
    return { ...this.#nothing(publications.top, true), more: to < end, first: from, publications: given };
  }

  /** A channel, as it is used now. */
  #of(channel: string, now: number): Kept {
    const kept = this.#channels.get(channel) ?? this.#add(channel);
    this.#givingWay.use(kept, now);
    return kept;
  }

  #add(channel: string): Kept {
    const watched = this.#watched.has(channel);
    const publications = new KeptPublications(this.#offsetOf(channel));
    const places = { noted: undefined, usedAt: 0, standing: undefined };
    const kept: Kept = { channel, publications, ttlMs: 0, watched, cost: 0, ...places };
    this.#channels.set(channel, kept);
    this.#watched.delete(channel);
    return kept;
  }

  /** Where a channel stands of which nothing is kept. */
  #offsetOf(channel: string): number {
    return this.#watched.get(channel) ?? this.#floor;
  }

  /** As it is now, for one who asks: without what is too old. */
  #current(channel: string): Kept | undefined {
    const kept = this.#channels.get(channel);
    if (kept === undefined) return undefined;
    this.#givingWay.use(kept, performance.now());
    this.#trim(kept);
    return this.#channels.get(channel);
  }

  #trim(kept: Kept): void {
    kept.publications.forgetUntil(performance.now() - kept.ttlMs);
    this.#count(kept);
  }

  #count(kept: Kept): void {
    const { publications, watched, channel } = kept;
    const { oldest } = publications;
    if (oldest === undefined && watched) {
      // an offset is all there is to it, and costs whoever is subscribed
      this.#remove(kept);
      this.#watched.set(channel, publications.top);
      return;
    }
    const cost = publications.bytes + CHANNEL_BYTES + channel.length;
    this.#bytes += cost - kept.cost;
    kept.cost = cost;
    this.#givingWay.resized(kept, cost);
    if (oldest === undefined) this.#expiry.takeBack(kept);
    else this.#expiry.note(kept, oldest + kept.ttlMs);
  }

  #makeRoom(now: number): void {
    while (this.#bytes > this.#budget) {
      const kept = this.#givingWay.next(now);
      if (kept === undefined) return;
      if (kept.publications.size > 0) {
        kept.publications.shift();
        this.#count(kept);
      }
      // of one of which nothing is left an offset is all that would be kept
      if (kept.publications.size > 0 || kept.standing === undefined) continue;
      this.#floor = Math.max(this.#floor, kept.publications.top);
      this.#remove(kept);
    }
  }

  #remove(kept: Kept): void {
    this.#channels.delete(kept.channel);
    this.#bytes -= kept.cost;
    this.#expiry.takeBack(kept);
    this.#givingWay.remove(kept);
  }
}
