import { AppError } from "../../shared/errors.ts";
import type { SeekOrder } from "../peers/peer-bus.ts";

/** Members of a room for which nobody says how many. */
const USUAL_SIZE = 8;

type RoomOrder = Pick<SeekOrder, "context" | "room" | "size" | "mostPairs">;

interface Room<Member> {
  readonly key: string;
  readonly size: number;
  readonly members: Set<Member>;
}

/** Peers that are paired with all others in the same room. A room is there while somebody is in it. */
export class Rooms<Member> {
  readonly #rooms = new Map<string, Room<Member>>();
  readonly #roomOf = new Map<Member, Room<Member>>();

  /** @throws AppError `CONFLICT` where it is full, or of another size */
  join(member: Member, { context, room: name, size, mostPairs }: RoomOrder): void {
    const key = JSON.stringify([context, name]);
    let room = this.#rooms.get(key);
    if (room === undefined) {
      room = { key, size: size ?? Math.min(USUAL_SIZE, mostPairs + 1), members: new Set() };
      this.#rooms.set(key, room);
    } else if (size !== null && size !== room.size) {
      throw new AppError("CONFLICT", `The room is one of ${room.size}.`);
    } else if (room.members.size >= room.size) {
      throw new AppError("CONFLICT", `The room is full: ${room.size} are in it.`);
    }
    room.members.add(member);
    this.#roomOf.set(member, room);
  }

  membersOf(member: Member): Iterable<Member> {
    return this.#roomOf.get(member)?.members ?? [];
  }

  leave(member: Member): void {
    const room = this.#roomOf.get(member);
    this.#roomOf.delete(member);
    room?.members.delete(member);
    if (room?.members.size === 0) this.#rooms.delete(room.key);
  }
}
