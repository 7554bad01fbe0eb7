import { BUCKETS, bucketOf } from "../buckets.ts";
import type { PresenceAsker } from "../presence-keeper.ts";

/** A connection of this host in a channel. */
export interface Seat {
  readonly channel: string;
  readonly bucket: number;
  readonly connection: string;
  readonly holder: PresenceAsker;
  /** As which member it counts. */
  key: string;
  /** What others are told of it, as the characters of its bytes. */
  text: string;
  /** Whether Redis has said that it is in. */
  confirmed: boolean;
  /** How often Redis has been asked to let it in, and has yet to answer. */
  asking: number;
}

/** Bytes that a connection in a channel takes, beyond what is told of it; and those that a channel takes. */
const SEAT_BYTES = 500;
const ROOM_BYTES = 300;

/**
 * The connections of this host in channels, as its workers have said: what Redis has is made to be like this, whatever
 * happened to it meanwhile.
 */
export class LocalSeats {
  /** By bucket, channel, and connection. */
  readonly #buckets: readonly Map<string, Map<string, Seat>>[] = Array.from({ length: BUCKETS }, () => new Map());
  readonly #held = new Map<PresenceAsker, Set<Seat>>();
  #bytes = 0;
  #channels = 0;

  /** Bytes that they take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Channels that somebody is in. */
  get channels(): number {
    return this.#channels;
  }

  of(channel: string, connection: string): Seat | undefined {
    return this.#buckets[bucketOf(channel)]?.get(channel)?.get(connection);
  }

  /** Channels of a bucket that somebody is in; others may come and go meanwhile. */
  channelsIn(bucket: number): Iterable<string> {
    return this.#buckets[bucket]?.keys() ?? [];
  }

  /** Whether somebody is in a channel of a bucket. */
  hasSome(bucket: number): boolean {
    return (this.#buckets[bucket]?.size ?? 0) > 0;
  }

  /** All of a bucket; others may come and go meanwhile. */
  *in(bucket: number): Generator<Seat> {
    for (const seats of this.#buckets[bucket]?.values() ?? []) yield* seats.values();
  }

  /** Bytes that one more takes. */
  costOf(channel: string, text: string): number {
    const isNew = this.#buckets[bucketOf(channel)]?.has(channel) !== true;
    return SEAT_BYTES + text.length + (isNew ? ROOM_BYTES + channel.length : 0);
  }

  add(channel: string, connection: string, holder: PresenceAsker, key: string, text: string): Seat {
    this.#bytes += this.costOf(channel, text);
    const bucket = bucketOf(channel);
    const seat: Seat = { channel, bucket, connection, holder, key, text, confirmed: false, asking: 0 };
    const channels = this.#buckets[bucket];
    const seats = channels?.get(channel);
    if (seats !== undefined) seats.set(connection, seat);
    else {
      channels?.set(channel, new Map([[connection, seat]]));
      this.#channels++;
    }
    const held = this.#held.get(holder);
    if (held === undefined) this.#held.set(holder, new Set([seat]));
    else held.add(seat);
    return seat;
  }

  /** Whoever has it is somebody else; a user stays who it was told of first. */
  change(seat: Seat, key: string, text: string): void {
    if (seat.key === key && key.startsWith("u")) return;
    this.#bytes += text.length - seat.text.length;
    seat.key = key;
    seat.text = text;
  }

  /** @returns whether it was there still */
  remove(seat: Seat): boolean {
    const { channel, bucket, connection, holder, text } = seat;
    const channels = this.#buckets[bucket];
    const seats = channels?.get(channel);
    if (seats?.get(connection) !== seat) return false;
    seats.delete(connection);
    if (seats.size === 0) {
      channels?.delete(channel);
      this.#channels--;
    }
    const held = this.#held.get(holder);
    held?.delete(seat);
    if (held?.size === 0) this.#held.delete(holder);
    this.#bytes -= this.costOf(channel, text);
    return true;
  }

  /** All of a process that is gone are removed. */
  holderGone(holder: PresenceAsker): readonly Seat[] {
    const seats = [...(this.#held.get(holder) ?? [])];
    for (const seat of seats) this.remove(seat);
    return seats;
  }
}
