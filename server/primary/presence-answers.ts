import { createPack } from "../../shared/msgpack-codec.ts";
import type { PresenceCounts } from "../../shared/presence.ts";

/** MessagePack's head of an array whose length has 32 bits. */
const ARRAY_32 = 0xdd;
const ARRAY_HEAD_BYTES = 5;
const pack = createPack();

/** Members as one array, put together of what is encoded already. @param texts the characters of their bytes */
export function membersAnswer(texts: readonly string[]): Uint8Array {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const array = Buffer.allocUnsafe(ARRAY_HEAD_BYTES + length);
  array[0] = ARRAY_32;
  let at = array.writeUInt32BE(texts.length, 1);
  for (const text of texts) at += array.write(text, at, "latin1");
  return array;
}

export function countsAnswer(counts: PresenceCounts): Uint8Array {
  return pack.pack(counts);
}
