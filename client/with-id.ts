import type { MessageId } from "../shared/message.ts";

/** Bytes of a number by its first byte, where that is not the number itself. */
const LENGTHS: Readonly<Record<number, number>> = { 204: 2, 205: 3, 206: 5, 207: 9, 202: 5, 203: 9 };
/** The id is the third element: a byte of the array, and one of the kind, are before it. */
const ID_AT = 2;

/** The same encoded request under another id. Its data may have changed since it was encoded, and must not be read again. */
export function withId(piece: Uint8Array, id: MessageId): Uint8Array {
  const restAt = ID_AT + (LENGTHS[piece[ID_AT] as number] ?? 1);
  const changed = new Uint8Array(ID_AT + 5 + piece.length - restAt);
  changed.set(piece.subarray(0, ID_AT));
  changed[ID_AT] = 0xce;
  new DataView(changed.buffer).setUint32(ID_AT + 1, id);
  changed.set(piece.subarray(restAt), ID_AT + 5);
  return changed;
}
