import { type Budget, DecodeError, tooDeep, tooManyElements } from "./budget.ts";

/** Payload bytes after the head byte 0xc4…0xd3, where they do not depend on the content; -1 where they do. */
const FIXED_SIZES = [-1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;

/** The standard timestamp, the one extension type that is let in. https://github.com/msgpack/msgpack/blob/master/spec.md */
const TIMESTAMP = 0xff;

/**
 * Walks a MessagePack message's heads without decoding it, and throws where it is broken or over budget:
 * after this the decoder allocates no more than the message can fill, and meets no extension type
 * (msgpackr knows some that build RegExp, Error, Set, references and functions) but the timestamp.
 * One pass, a few nanoseconds an element: cheaper than finding out while decoding.
 */
export function checkMsgpack(bytes: Uint8Array, budget: Budget): void {
  const end = bytes.length;
  const maxDepth = budget.maxDepth + (beginsBatch(bytes) ? 1 : 0);
  const outer: number[] = [];
  let at = 0;
  let elements = 0;
  let open = 1; // values still to come on this level
  for (;;) {
    if (open === 0) {
      const next = outer.pop();
      if (next === undefined) break;
      open = next;
      continue;
    }
    if (at >= end) throw new DecodeError("The message ends too early.");
    open--;
    const head = bytes[at++] as number;
    if (head < 0x80 || head >= 0xe0) continue;
    let children: number;
    if (head < 0x90) children = (head & 0x0f) * 2;
    else if (head < 0xa0) children = head & 0x0f;
    else if (head < 0xc0) {
      at += head & 0x1f;
      continue;
    } else if (head < 0xdc) {
      at += scalarSize(bytes, at, head);
      continue;
    } else {
      const wide = (head & 1) === 1;
      children = (wide ? u32(bytes, at) : u16(bytes, at)) * (head >= 0xde ? 2 : 1);
      at += wide ? 4 : 2;
    }
    elements += children;
    if (elements > budget.maxElements) throw tooManyElements(budget);
    if (children > end - at) throw new DecodeError("The message ends too early.");
    if (outer.length >= maxDepth) throw tooDeep(budget);
    outer.push(open);
    open = children;
  }
  if (at > end) throw new DecodeError("The message ends too early.");
  if (at < end) throw new DecodeError("Something follows the message in its frame.");
}

/** Whether the bytes are an array in an array, as a batch is: that level is not the sender's. */
function beginsBatch(bytes: Uint8Array): boolean {
  const size = arrayHeadSize(bytes[0]);
  return size > 0 && arrayHeadSize(bytes[size]) > 0;
}

function arrayHeadSize(head: number | undefined): number {
  if (head === undefined) return 0;
  if (head === 0xdc) return 3;
  if (head === 0xdd) return 5;
  return (head & 0xf0) === 0x90 ? 1 : 0;
}

/** Bytes that follow a head from 0xc0 to 0xdb: length fields and content. */
function scalarSize(bytes: Uint8Array, at: number, head: number): number {
  if (head < 0xc4) {
    if (head === 0xc1) throw new DecodeError("0xc1 is no MessagePack.");
    return 0; // nil, false, true
  }
  if (head >= 0xd9) return sized(bytes, at, head - 0xd9); // str 8, 16, 32
  if (head >= 0xd4) return fixedExtension(bytes, at, head);
  if (head < 0xc7) return sized(bytes, at, head - 0xc4); // bin 8, 16, 32
  if (head < 0xca) return extension(bytes, at, head);
  return FIXED_SIZES[head - 0xc4] as number;
}

function sized(bytes: Uint8Array, at: number, width: number): number {
  if (width === 0) return 1 + u8(bytes, at);
  return width === 1 ? 2 + u16(bytes, at) : 4 + u32(bytes, at);
}

function fixedExtension(bytes: Uint8Array, at: number, head: number): number {
  if (bytes[at] !== TIMESTAMP || (head !== 0xd6 && head !== 0xd7)) throw unwanted(bytes[at]);
  return head === 0xd6 ? 5 : 9;
}

function extension(bytes: Uint8Array, at: number, head: number): number {
  if (head !== 0xc7 || bytes[at] !== 12 || bytes[at + 1] !== TIMESTAMP) throw unwanted(bytes[at + 1 + (head - 0xc7)]);
  return 14;
}

function unwanted(type: number | undefined): DecodeError {
  return new DecodeError(`Extension type ${type ?? "unknown"} is not taken; only timestamps are.`);
}

// Reads past the end give 0: the walk then finds out that the message ends too early.
function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function u16(bytes: Uint8Array, at: number): number {
  return (u8(bytes, at) << 8) | u8(bytes, at + 1);
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x1_0000 + u16(bytes, at + 2);
}
