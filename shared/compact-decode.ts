import { type Budget, DEFAULT_BUDGET, DecodeError, tooDeep, tooManyElements } from "./budget.ts";

/** Up to so many bytes a string is read by a loop while it is ASCII: calling the platform costs more. */
const SHORT = 32;
/** How many short strings are remembered: names of fields, channels and procedures come again and again. A power of 2. */
const NAMES = 256;
const NOTHING = new Uint8Array(0);
/** A byte order mark is a character like any other. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const EXACT = 2n ** 53n;
/** The standard timestamp, the one extension type that is taken. https://github.com/msgpack/msgpack/blob/master/spec.md */
const TIMESTAMP = 0xff;

/**
 * Makes what decodes one MessagePack message to the values that msgpackr gives in the server's codec, and keeps to the
 * budget while it does: nothing is allocated for a length before the bytes for it are known to be there. Binary data is
 * copied. It throws a DecodeError, and nothing else, on whatever is broken, over budget, or no plain data.
 */
export function createCompactDecoder(): (message: Uint8Array, budget: Budget) => unknown {
  const names: (string | undefined)[] = Array(NAMES).fill(undefined);
  let bytes: Uint8Array = NOTHING;
  let view: DataView | undefined;
  let at = 0;
  let end = 0;
  let elements = 0;
  let depth = 0;
  let budget: Budget = DEFAULT_BUDGET;
  let maxDepth = 0;

  /** Goes over so many bytes. @returns where they begin */
  function skip(count: number): number {
    if (!(count <= end - at)) throw tooEarly(); // not a number where it was itself cut off
    at += count;
    return at - count;
  }

  /** For 64 bits, at `offset` of the message. */
  function wide(): DataView {
    view ??= new DataView(bytes.buffer, bytes.byteOffset, end);
    return view;
  }

  /** Reads past the end give NaN. */
  function uint(size: number): number {
    let value = 0;
    for (let left = size; left > 0; left--) value = value * 256 + (bytes[at++] as number);
    return value;
  }

  function text(length: number): string {
    const start = skip(length);
    if (length > SHORT) return UTF8.decode(bytes.subarray(start, at));
    const slot = (length * 31 + (bytes[start] as number) * 7 + (bytes[at - 1] as number)) & (NAMES - 1);
    const known = names[slot];
    if (known?.length === length && holds(bytes, start, known)) return known;
    let read = "";
    for (let index = start; index < at; index++) {
      const code = bytes[index] as number;
      if (code > 0x7f) return UTF8.decode(bytes.subarray(start, at));
      read += String.fromCharCode(code);
    }
    names[slot] = read;
    return read;
  }

  function open(children: number): void {
    elements += children;
    if (elements > budget.maxElements) throw tooManyElements(budget);
    if (!(children <= end - at)) throw tooEarly();
    if (++depth > maxDepth) throw tooDeep(budget);
  }

  function list(length: number): unknown[] {
    open(length);
    // an array in an array is a batch, whose own level is not the sender's
    if (depth === 1 && isArray(bytes[at])) maxDepth++;
    const items: unknown[] = [];
    for (let left = length; left > 0; left--) items.push(read());
    depth--;
    return items;
  }

  function map(length: number): Record<string, unknown> {
    open(length * 2);
    const record: Record<string, unknown> = {};
    for (let left = length; left > 0; left--) {
      const key = read();
      if (typeof key === "object" && key !== null) throw new DecodeError("A key of a map is no name.");
      // not the one name that would set the prototype
      record[key === "__proto__" ? "__proto_" : String(key)] = read();
    }
    depth--;
    return record;
  }

  function date(head: number): Date {
    const lengthSize = head < 0xca ? 1 << (head - 0xc7) : 0;
    const type = bytes[at + lengthSize];
    const form = head === 0xd6 || head === 0xd7 || (head === 0xc7 && bytes[at] === 12);
    if (type !== TIMESTAMP || !form) {
      throw new DecodeError(`Extension type ${type ?? "unknown"} is not taken; only timestamps are.`);
    }
    at += lengthSize + 1;
    const first = uint(4);
    if (head === 0xd6) return new Date(first * 1000);
    const second = uint(4);
    // 30 bits of nanoseconds and 34 of seconds, or 32 and 64
    if (head === 0xd7) return new Date((first >>> 2) / 1e6 + ((first & 3) * 0x1_0000_0000 + second) * 1000);
    return new Date(first / 1e6 + ((second | 0) * 0x1_0000_0000 + uint(4)) * 1000);
  }

  function long(signed: boolean): number | bigint {
    const start = skip(8);
    const value = signed ? wide().getBigInt64(start) : wide().getBigUint64(start);
    return value > EXACT || value < -EXACT ? value : Number(value);
  }

  function number(head: number): number | bigint {
    if (head === 0xca) return wide().getFloat32(skip(4));
    if (head === 0xcb) return wide().getFloat64(skip(8));
    if (head < 0xcf) return uint(1 << (head - 0xcc));
    if (head === 0xcf || head === 0xd3) return long(head === 0xd3);
    if (head === 0xd2) return uint(4) | 0;
    return head === 0xd1 ? (uint(2) << 16) >> 16 : (uint(1) << 24) >> 24;
  }

  function read(): unknown {
    if (at >= end) throw tooEarly();
    const head = bytes[at++] as number;
    if (head < 0x80) return head;
    if (head < 0x90) return map(head & 0x0f);
    if (head < 0xa0) return list(head & 0x0f);
    if (head < 0xc0) return text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    if (head >= 0xde) return map(uint(2 << (head - 0xde)));
    if (head >= 0xdc) return list(uint(2 << (head - 0xdc)));
    if (head >= 0xd9) return text(uint(1 << (head - 0xd9)));
    if (head < 0xc4) {
      if (head === 0xc1) throw new DecodeError("0xc1 is no MessagePack.");
      return head === 0xc0 ? null : head === 0xc3;
    }
    // a copy, be it of a Buffer, whose own slice gives none
    if (head < 0xc7) return new Uint8Array(bytes.subarray(skip(uint(1 << (head - 0xc4))), at));
    return head < 0xca || head > 0xd3 ? date(head) : number(head);
  }

  return (message, allowed) => {
    bytes = message;
    budget = allowed;
    end = message.length;
    at = elements = depth = 0;
    maxDepth = budget.maxDepth;
    try {
      const value = read();
      if (at > end) throw tooEarly();
      if (at < end) throw new DecodeError("Something follows the message in its frame.");
      return value;
    } finally {
      bytes = NOTHING;
      view = undefined;
    }
  };
}

function tooEarly(): DecodeError {
  return new DecodeError("The message ends too early.");
}

function isArray(head: number | undefined): boolean {
  return head !== undefined && ((head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd);
}

/** Whether an ASCII string is what stands there. */
function holds(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) if (name.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}
