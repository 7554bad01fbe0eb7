/** Room to begin with, in bytes. */
const ROOM = 2_048;
/** A buffer that had to grow beyond this, in bytes, is let go after its message. */
const KEPT = 65_536;
/**
 * Arrays and objects inside one another. Far more than any receiver takes, and few enough that what is circular neither
 * fills the memory nor the stack before it is noticed.
 */
const MAX_DEPTH = 512;
/** Up to so many characters a string is copied by a loop as long as it is ASCII: calling the platform costs more. */
const SHORT = 48;
const UTF8 = new TextEncoder();

interface WithToJson {
  toJSON?: unknown;
}

/**
 * Makes what encodes a value as MessagePack, in the very bytes that msgpackr writes for the server's codec: smallest
 * integers, other numbers as 64-bit floats; no extension type but the timestamp; undefined, functions and invalid dates
 * as nil; views and buffers as the bytes they are; maps, sets, errors and patterns as msgpackr takes them apart; what
 * has a `toJSON`, and is no plain object, as what that gives. Unlike msgpackr it keeps the entries of a Map's subclass,
 * and the bytes of memory that is shared.
 *
 * The function it returns gives bytes that are nobody else's. It throws a TypeError on a symbol, a RangeError on a BigInt
 * of more than 64 bits and on more than 512 levels, which is what circular data comes to, and whatever a getter or a
 * `toJSON` throws.
 */
export function createCompactEncoder(): (value: unknown) => Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(ROOM);
  let view = new DataView(bytes.buffer);
  let at = 0;
  let depth = 0;

  function use(buffer: Uint8Array<ArrayBuffer>): void {
    bytes = buffer;
    view = new DataView(buffer.buffer);
  }

  function reserve(count: number): void {
    if (at + count <= bytes.length) return;
    const larger = new Uint8Array(Math.max(at + count, bytes.length * 2));
    larger.set(bytes);
    use(larger);
  }

  /**
   * Writes a count, or a number from 0: in the head itself below `limit`, else in 1, 2 or 4 bytes after a head, the
   * first of which is `first`. What fits 15 of something in its head (arrays, maps) has no head for one byte.
   */
  function head(count: number, short: number, limit: number, first: number): void {
    if (count < limit) bytes[at++] = short | count;
    else if (count < 0x100 && limit !== 16) {
      bytes[at++] = first;
      bytes[at++] = count;
    } else if (count < 0x1_0000) {
      bytes[at++] = first + 1;
      bytes[at++] = count >> 8;
      bytes[at++] = count;
    } else {
      bytes[at++] = first + 2;
      view.setUint32(at, count);
      at += 4;
    }
  }

  function text(value: string): void {
    const { length } = value;
    if (length < SHORT) {
      reserve(length + 2);
      const start = at + headSize(length);
      let index = 0;
      for (; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[start + index] = code;
      }
      if (index === length) {
        head(length, 0xa0, 32, 0xd9);
        at += length;
        return;
      }
    }
    // behind the head that most texts of this length have; it is not known before, and then rarely another
    reserve(length * 3 + 5);
    const space = headSize(length);
    const size = UTF8.encodeInto(value, bytes.subarray(at + space)).written;
    if (headSize(size) > space) bytes.copyWithin(at + headSize(size), at + space, at + space + size);
    head(size, 0xa0, 32, 0xd9);
    at += size;
  }

  function number(value: number): void {
    if (value >>> 0 === value) head(value, 0, 0x80, 0xcc);
    else if (value >> 0 !== value) {
      bytes[at++] = 0xcb;
      view.setFloat64(at, value);
      at += 8;
    } else if (value >= -0x20) bytes[at++] = value;
    else if (value >= -0x80) {
      bytes[at++] = 0xd0;
      bytes[at++] = value;
    } else if (value >= -0x8000) {
      bytes[at++] = 0xd1;
      view.setInt16(at, value);
      at += 2;
    } else {
      bytes[at++] = 0xd2;
      view.setInt32(at, value);
      at += 4;
    }
  }

  function bigint(value: bigint): void {
    const signed = BigInt.asIntN(64, value) === value;
    if (!signed && BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} has more than 64 bits.`);
    bytes[at++] = signed ? 0xd3 : 0xcf;
    view.setBigInt64(at, value);
    at += 8;
  }

  function binary(data: Uint8Array): void {
    reserve(data.length + 5);
    head(data.length, 0, 0, 0xc4);
    bytes.set(data, at);
    at += data.length;
  }

  /** The shortest of a timestamp's three forms. */
  function date(time: number): void {
    const seconds = Math.floor(time / 1000);
    const nanoseconds = (time - seconds * 1000) * 1e6;
    if (Number.isNaN(time)) bytes[at++] = 0xc0;
    else if (seconds !== seconds % 0x1_0000_0000 || seconds < 0) {
      view.setUint32(at, 0xc7_0c_ff_00);
      view.setUint32(at + 3, nanoseconds);
      view.setBigInt64(at + 7, BigInt(seconds));
      at += 15;
    } else {
      bytes[at++] = nanoseconds > 0 ? 0xd7 : 0xd6;
      bytes[at++] = 0xff;
      if (nanoseconds > 0) {
        view.setUint32(at, nanoseconds * 4);
        at += 4;
      }
      view.setUint32(at, seconds);
      at += 4;
    }
  }

  function items(list: readonly unknown[]): void {
    const { length } = list;
    head(length, 0x90, 16, 0xdb);
    // by index: holes count
    for (let index = 0; index < length; index++) write(list[index]);
  }

  function fields(record: object): void {
    const keys = Object.keys(record);
    head(keys.length, 0x80, 16, 0xdd);
    for (const key of keys) {
      text(key);
      write((record as Record<string, unknown>)[key]);
    }
  }

  function entries(map: ReadonlyMap<unknown, unknown>): void {
    head(map.size, 0x80, 16, 0xdd);
    for (const [key, value] of map) {
      write(key);
      write(value);
    }
  }

  function object(value: object): void {
    if (value.constructor === Object) fields(value);
    else if (Array.isArray(value)) items(value);
    else if (ArrayBuffer.isView(value)) binary(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else {
      const { toJSON } = value as WithToJson;
      // a class derived from one of these may know better
      const own = toJSON !== undefined && toJSON !== Date.prototype.toJSON;
      const known = (Class: unknown) => !own || value.constructor === Class;
      if (value instanceof Date && known(Date)) date(value.getTime());
      else if (value instanceof Map && known(Map)) entries(value);
      else if (value instanceof Set && known(Set)) items([...value]);
      else if (value instanceof Error && known(Error)) items([value.name, value.message, value.cause]);
      else if (value instanceof RegExp && known(RegExp)) items([value.source, value.flags]);
      else if (isBuffer(value) && known(ArrayBuffer)) binary(new Uint8Array(value));
      else other(value, toJSON);
    }
  }

  function other(value: object, toJSON: unknown): void {
    // a plain object comes here for its field `constructor`, and its `toJSON` may be a field as well
    const field = typeof toJSON !== "function" && Object.getPrototypeOf(value) === Object.prototype;
    const json: unknown = toJSON && !field ? (value as { toJSON(): unknown }).toJSON() : value;
    if (json !== value) write(json);
    else if (typeof value === "function") bytes[at++] = 0xc0;
    else fields(value);
  }

  function write(value: unknown): void {
    reserve(16); // what any head needs, and any number or date
    if (typeof value === "string") text(value);
    else if (typeof value === "number") number(value);
    else if (typeof value === "boolean") bytes[at++] = value ? 0xc3 : 0xc2;
    else if (value === undefined || value === null) bytes[at++] = 0xc0;
    else if (typeof value === "bigint") bigint(value);
    else if (typeof value === "symbol") throw new TypeError("A symbol cannot be encoded.");
    else {
      if (++depth > MAX_DEPTH) throw new RangeError(`It is circular, or nests deeper than ${MAX_DEPTH} levels.`);
      object(value);
      depth--;
    }
  }

  return (value) => {
    // a getter or a `toJSON` may encode something else meanwhile: that goes behind what is there
    const start = at;
    const level = depth;
    try {
      write(value);
      return start === 0 && bytes.length > KEPT ? bytes.subarray(0, at) : bytes.slice(start, at);
    } finally {
      at = start;
      depth = level;
      if (start === 0 && bytes.length > KEPT) use(new Uint8Array(ROOM));
    }
  };
}

/** Bytes before a text of so many. */
function headSize(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}

/** Whether it is an ArrayBuffer, or a shared one, be it of another frame of the page. */
function isBuffer(value: object): value is ArrayBuffer {
  return /ArrayBuffer/.test(Object.prototype.toString.call(value));
}
