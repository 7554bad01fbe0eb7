import type { PresenceChange } from "../../shared/presence.ts";

/** The process that members' connections live in. */
export interface PresenceHolder {
  /** Somebody came to a channel, or left it, of which it wants to know. */
  changed(change: PresenceChange, channel: string, member: string): void;
}

/** A connection that is in a channel from now on, or is in it as somebody else. */
export interface Entrance {
  readonly channel: string;
  readonly connection: string;
  /** Whose connections count as one; undefined where it counts for itself. */
  readonly user?: string | undefined;
  /** What others are told, as the characters of its bytes; undefined where that is what it was. */
  readonly member?: string | undefined;
  /** Whether its process wants to hear of others. */
  readonly watch?: boolean;
}

/** What is told of one or more connections. A string, as it takes a fifth of what a small buffer does. */
interface Member {
  readonly key: string;
  readonly text: string;
  seats: number;
}

/** A connection in a channel. */
interface Seat {
  readonly room: Room;
  readonly connection: string;
  readonly holder: PresenceHolder;
  readonly member: Member;
}

interface Room {
  readonly channel: string;
  /** By connection. */
  readonly seats: Map<string, Seat>;
  /** By key, in the order in which they came. */
  readonly members: Map<string, Member>;
  readonly watchers: Set<PresenceHolder>;
}

/** What a process has part in. */
interface Share {
  readonly seats: Set<Seat>;
  readonly rooms: Set<Room>;
}

/** Bytes that a connection in a channel takes, beyond what is told of it; and those that a channel takes. */
const SEAT_BYTES = 400;
const ROOM_BYTES = 600;

/**
 * Who is in the channels of this host. A member comes with its first connection and leaves with its last; a process that
 * dies takes all of its own along. What comes from a worker is believed: it is one of our own.
 */
export class PresenceStore {
  readonly #budget: number;
  readonly #rooms = new Map<string, Room>();
  readonly #shares = new Map<PresenceHolder, Share>();
  #spent = 0;

  /** @param budget bytes that all of it may take */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Channels of which somebody knows, or wants to know, who is in them. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Bytes that are taken, about. */
  get spent(): number {
    return this.#spent;
  }

  /** Takes bytes for what is on its way, or, where negative, gives them back. */
  spend(bytes: number): void {
    this.#spent += bytes;
  }

  /** @returns false where there is no room for it; who is in already stays so, as who it says it is now */
  enter({ channel, connection, user, member, watch }: Entrance, holder: PresenceHolder): boolean {
    const room = this.#rooms.get(channel) ?? createRoom(channel);
    const known = room.seats.get(connection);
    if (known === undefined) {
      if (member === undefined || this.#spent + costOf(room, member) > this.#budget) return false;
      if (!this.#rooms.has(channel)) this.#open(room);
    }
    if (member !== undefined) {
      const key = user === undefined ? `c${connection}` : `u${user}`;
      if (known === undefined || !isSame(known.member, key, member)) {
        if (known !== undefined) this.#rise(known);
        this.#sit(room, connection, key, member, holder);
      }
    }
    // after its own: who asks is not told of itself
    if (watch === true) {
      room.watchers.add(holder);
      this.#shareOf(holder).rooms.add(room);
    }
    return true;
  }

  /** A connection is no longer in a channel. Nothing where it was not. */
  exit(channel: string, connection: string): void {
    const seat = this.#rooms.get(channel)?.seats.get(connection);
    if (seat === undefined) return;
    this.#rise(seat);
    this.#tidy(seat.room);
  }

  /** A process does not want to hear of others any more. */
  unwatch(channel: string, holder: PresenceHolder): void {
    const room = this.#rooms.get(channel);
    if (room?.watchers.delete(holder) !== true) return;
    this.#shares.get(holder)?.rooms.delete(room);
    this.#tidy(room);
  }

  /** A process is gone, and all connections in it. */
  holderGone(holder: PresenceHolder): void {
    const share = this.#shares.get(holder);
    this.#shares.delete(holder);
    if (share === undefined) return;
    for (const room of share.rooms) room.watchers.delete(holder);
    for (const seat of share.seats) this.#rise(seat);
    for (const { room } of share.seats) this.#tidy(room);
    for (const room of share.rooms) this.#tidy(room);
  }

  /** Who is in a channel, in the order in which they came: so many of them at most. */
  *members(channel: string, most: number): Generator<string> {
    let left = most;
    for (const { text } of this.#rooms.get(channel)?.members.values() ?? []) {
      if (left-- <= 0) return;
      yield text;
    }
  }

  counts(channel: string): { connections: number; members: number } {
    const room = this.#rooms.get(channel);
    return { connections: room?.seats.size ?? 0, members: room?.members.size ?? 0 };
  }

  #sit(room: Room, connection: string, key: string, text: string, holder: PresenceHolder): void {
    let member = room.members.get(key);
    const comes = member === undefined;
    if (member === undefined) {
      member = { key, text, seats: 0 };
      room.members.set(key, member);
      this.#spent += text.length;
    }
    member.seats++;
    const seat: Seat = { room, connection, holder, member };
    room.seats.set(connection, seat);
    this.#shareOf(holder).seats.add(seat);
    this.#spent += SEAT_BYTES;
    if (comes) for (const watcher of room.watchers) watcher.changed("join", room.channel, text);
  }

  #rise(seat: Seat): void {
    const { room, connection, holder, member } = seat;
    room.seats.delete(connection);
    this.#shares.get(holder)?.seats.delete(seat);
    this.#spent -= SEAT_BYTES;
    member.seats--;
    if (member.seats > 0) return;
    room.members.delete(member.key);
    this.#spent -= member.text.length;
    for (const watcher of room.watchers) watcher.changed("leave", room.channel, member.text);
  }

  #open(room: Room): void {
    this.#rooms.set(room.channel, room);
    this.#spent += ROOM_BYTES + room.channel.length;
  }

  /** A channel of which nobody knows anything is forgotten. */
  #tidy(room: Room): void {
    if (room.seats.size + room.watchers.size > 0 || this.#rooms.get(room.channel) !== room) return;
    this.#rooms.delete(room.channel);
    this.#spent -= ROOM_BYTES + room.channel.length;
  }

  #shareOf(holder: PresenceHolder): Share {
    let share = this.#shares.get(holder);
    if (share === undefined) {
      share = { seats: new Set(), rooms: new Set() };
      this.#shares.set(holder, share);
    }
    return share;
  }
}

function createRoom(channel: string): Room {
  return { channel, seats: new Map(), members: new Map(), watchers: new Set() };
}

/** What an entrance takes, where its channel may be new. */
function costOf(room: Room, member: string): number {
  const empty = room.seats.size + room.watchers.size === 0;
  return SEAT_BYTES + member.length + (empty ? ROOM_BYTES + room.channel.length : 0);
}

/** Whether a seat's member need not change. One user's connections are one member, told of as the first one was. */
function isSame({ key, text }: Member, newKey: string, newText: string): boolean {
  return key === newKey && (key.startsWith("u") || text === newText);
}
