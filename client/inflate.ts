import type { InflateErrors } from "../shared/deflate.ts";

// Imports nothing that the client's start has as well: bundlers would put that into a third file.

/** A prefix code: by the next `bits` bits of input, the symbol they begin with (times 16) and that symbol's length. */
interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

/** The order in which a block tells the lengths of the code that the other codes' lengths are written in. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Longest code, in bits. */
const MAX_BITS = 15;
const END_OF_BLOCK = 256;
/** The symbol of the longest copy, which follows no rule. */
const LONGEST = 285;

/**
 * Inflates raw DEFLATE (RFC 1951), as strictly as zlib: what contradicts itself is refused. (fflate takes it for
 * something, and knows how much comes out only after each piece of input.) Never holds more than `maxLength` bytes, and
 * as much again while it grows. What follows the last block is ignored.
 *
 * @throws what `errors` makes, where the bytes are broken or more comes out than allowed
 */
export function inflate(bytes: Uint8Array, maxLength: number, errors: InflateErrors): Uint8Array {
  const { broken } = errors;
  let at = 0;
  /** Bits that were read and not used yet, and how many they are. */
  let hold = 0;
  let held = 0;
  let out = new Uint8Array(Math.min(maxLength, bytes.length * 4));
  let length = 0;

  function take(count: number): number {
    for (; held < count; held += 8) {
      if (at >= bytes.length) throw broken();
      hold |= (bytes[at++] as number) << held;
    }
    const value = hold & ((1 << count) - 1);
    hold >>>= count;
    held -= count;
    return value;
  }

  function symbol({ bits, table }: Code): number {
    for (; held < bits && at < bytes.length; held += 8) hold |= (bytes[at++] as number) << held;
    const entry = table[hold & ((1 << bits) - 1)] as number;
    const size = entry & 15;
    if (size === 0 || size > held) throw broken();
    hold >>>= size;
    held -= size;
    return entry >> 4;
  }

  function reserve(count: number): void {
    const needed = length + count;
    if (needed > maxLength) throw errors.tooBig(maxLength);
    if (needed <= out.length) return;
    const larger = new Uint8Array(Math.min(maxLength, Math.max(needed, out.length * 2)));
    larger.set(out);
    out = larger;
  }

  /** A number told by its symbol, of which `1 << group` share each length, and by the extra bits that follow it. */
  function spread(code: number, group: number): number {
    const each = 1 << group;
    if (code < 2 * each) return code;
    const extra = (code >> group) - 1;
    return ((each + (code & (each - 1))) << extra) + take(extra);
  }

  function stored(): void {
    // whole bytes that were read ahead go back
    at -= held >> 3;
    hold = 0;
    held = 0;
    const count = take(16);
    if ((take(16) ^ count) !== 0xffff || at + count > bytes.length) throw broken();
    reserve(count);
    out.set(bytes.subarray(at, at + count), length);
    at += count;
    length += count;
  }

  function compressed(literals: Code, distances: Code): void {
    for (;;) {
      const literal = symbol(literals);
      if (literal === END_OF_BLOCK) return;
      if (literal < END_OF_BLOCK) {
        reserve(1);
        out[length++] = literal;
        continue;
      }
      if (literal > LONGEST) throw broken();
      const count = literal === LONGEST ? 258 : 3 + spread(literal - 257, 2);
      const code = symbol(distances);
      if (code > 29) throw broken();
      const distance = 1 + spread(code, 1);
      if (distance > length) throw broken();
      reserve(count);
      // byte by byte: what is copied may begin with what this very copy writes
      for (const end = length + count; length < end; length++) out[length] = out[length - distance] as number;
    }
  }

  function sound(code: Code | undefined): Code {
    if (code === undefined) throw broken();
    return code;
  }

  function dynamic(): void {
    const literals = take(5) + 257;
    const distances = take(5) + 1;
    const written = take(4) + 4;
    if (literals > 286 || distances > 30) throw broken();
    const first = new Uint8Array(ORDER.length);
    for (let index = 0; index < written; index++) first[ORDER[index] as number] = take(3);
    const code = sound(codeOf(first, false));
    const lengths = new Uint8Array(literals + distances);
    for (let index = 0; index < lengths.length; ) {
      const size = symbol(code);
      if (size < 16) {
        lengths[index++] = size;
        continue;
      }
      if (size === 16 && index === 0) throw broken();
      const repeated = size === 16 ? (lengths[index - 1] as number) : 0;
      const count = size === 16 ? 3 + take(2) : size === 17 ? 3 + take(3) : 11 + take(7);
      if (index + count > lengths.length) throw broken();
      lengths.fill(repeated, index, index + count);
      index += count;
    }
    if (lengths[END_OF_BLOCK] === 0) throw broken();
    compressed(sound(codeOf(lengths.subarray(0, literals))), sound(codeOf(lengths.subarray(literals))));
  }

  for (let last = 0; last === 0; ) {
    last = take(1);
    const type = take(2);
    if (type === 0) stored();
    else if (type === 1) compressed(sound(codeOf(fixedLiterals())), sound(codeOf(fixedDistances())));
    else if (type === 2) dynamic();
    else throw broken();
  }
  return out.subarray(0, length);
}

const fixedLiterals = () => new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
const fixedDistances = () => new Uint8Array(32).fill(5);

/**
 * The code whose symbols have these lengths, in bits; 0 is a symbol that is not used.
 *
 * @returns nothing where there is no such code
 * @param lone whether it may leave bits without meaning where its only symbol has one bit, or where it has none at all
 */
function codeOf(lengths: Uint8Array, lone = true): Code | undefined {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const size of lengths) if (size > 0) counts[size] = (counts[size] as number) + 1;
  const starts = new Uint16Array(MAX_BITS + 2);
  let bits = 0;
  let left = 1;
  for (let size = 1; size <= MAX_BITS; size++) {
    const count = counts[size] as number;
    if (count > 0) bits = size;
    left = left * 2 - count;
    if (left < 0) return undefined;
    starts[size + 1] = ((starts[size] as number) + count) << 1;
  }
  if (left > 0 && !(lone && bits < 2)) return undefined;
  const table = new Uint16Array(1 << bits);
  lengths.forEach((size, symbol) => {
    if (size === 0) return;
    const code = starts[size] as number;
    starts[size] = code + 1;
    let reversed = 0;
    for (let bit = 0; bit < size; bit++) reversed |= ((code >> bit) & 1) << (size - 1 - bit);
    for (; reversed < table.length; reversed += 1 << size) table[reversed] = (symbol << 4) | size;
  });
  return { bits, table };
}
