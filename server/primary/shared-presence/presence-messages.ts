import { NEWS_JOIN } from "./presence-script.ts";

const JOIN_BYTE = NEWS_JOIN.charCodeAt(0);
const LENGTH_BYTES = 4;
const PLACE_BYTES = 8;

/** A member of a channel, as Redis tells of it. */
export interface ToldMember {
  /** The characters of its bytes: it is compared with others, and not read. */
  readonly key: string;
  /** Where it stands among those who came before and after. */
  readonly place: number;
  /** What others are told of it, as the characters of its bytes. */
  readonly text: string;
}

/** @returns whether it came, rather than left */
export function isJoin(data: Buffer): boolean {
  return data[0] === JOIN_BYTE;
}

/** Who it is that came or left. */
export function newsOf(data: Buffer): ToldMember {
  const keyLength = data.readUInt32LE(1);
  const place = data.readDoubleLE(1 + LENGTH_BYTES);
  const keyAt = 1 + LENGTH_BYTES + PLACE_BYTES;
  const textAt = keyAt + keyLength;
  return { key: data.toString("latin1", keyAt, textAt), place, text: data.toString("latin1", textAt) };
}

/** A page of members. */
export function* pageOf(data: Buffer): Generator<ToldMember> {
  for (let at = 0; at < data.length; ) {
    const keyLength = data.readUInt32LE(at);
    const textLength = data.readUInt32LE(at + LENGTH_BYTES);
    const place = data.readDoubleLE(at + 2 * LENGTH_BYTES);
    const keyAt = at + 2 * LENGTH_BYTES + PLACE_BYTES;
    const textAt = keyAt + keyLength;
    at = textAt + textLength;
    yield { key: data.toString("latin1", keyAt, textAt), place, text: data.toString("latin1", textAt, at) };
  }
}

/** How many are in a channel. */
export function countsOf(data: Buffer): { connections: number; members: number } {
  return { connections: data.readUInt32LE(0), members: data.readUInt32LE(LENGTH_BYTES) };
}

/** A connection and its channel, as the index of a host has them. */
export function seatNameOf(entry: Buffer): { connection: string; channel: string } {
  const text = entry.toString();
  const space = text.indexOf(" ");
  return { connection: text.slice(0, space), channel: text.slice(space + 1) };
}
