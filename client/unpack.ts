/** Bytes, and how far they are read. */
interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** Up to this length strings are read by character while they are ASCII: asking the platform's decoder costs more. */
const SHORT = 24;
/** A byte order mark is a character like any other. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Beyond this a 64-bit integer is a BigInt. */
const EXACT = 2n ** 53n;

/**
 * Decodes one value of MessagePack to what msgpackr makes of it, binary data to copies. The bytes have to have passed
 * `checkMsgpack`: that they are whole and hold no extension type but the timestamp is not looked at again.
 *
 * @throws Error on a map with keys that are no names
 */
export function unpack(bytes: Uint8Array): unknown {
  return read({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 });
}

function read(reader: Reader): unknown {
  const head = reader.bytes[reader.at++] as number;
  if (head < 0x80) return head;
  if (head < 0x90) return readMap(reader, head & 15);
  if (head < 0xa0) return readArray(reader, head & 15);
  if (head < 0xc0) return readText(reader, head & 31);
  if (head >= 0xe0) return head - 0x100;
  switch (head) {
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return take(reader, readUint(reader, 1 << (head - 0xc4))).slice();
    case 0xc7:
    case 0xd6:
    case 0xd7:
      return readDate(reader, head);
    case 0xca:
      reader.at += 4;
      return reader.view.getFloat32(reader.at - 4);
    case 0xcb:
      reader.at += 8;
      return reader.view.getFloat64(reader.at - 8);
    case 0xcc:
    case 0xcd:
    case 0xce:
      return readUint(reader, 1 << (head - 0xcc));
    case 0xcf:
    case 0xd3:
      return readLong(reader, head === 0xd3);
    case 0xd0:
      return (readUint(reader, 1) << 24) >> 24;
    case 0xd1:
      return (readUint(reader, 2) << 16) >> 16;
    case 0xd2:
      return readUint(reader, 4) | 0;
    case 0xd9:
    case 0xda:
    case 0xdb:
      return readText(reader, readUint(reader, 1 << (head - 0xd9)));
    case 0xdc:
    case 0xdd:
      return readArray(reader, readUint(reader, 2 << (head - 0xdc)));
    case 0xde:
    case 0xdf:
      return readMap(reader, readUint(reader, 2 << (head - 0xde)));
    default:
      return null;
  }
}

function readArray(reader: Reader, length: number): unknown[] {
  const items: unknown[] = [];
  for (let index = 0; index < length; index++) items.push(read(reader));
  return items;
}

function readMap(reader: Reader, length: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let index = 0; index < length; index++) {
    const key = read(reader);
    if (typeof key === "object" && key !== null) throw new Error("A key of a map is no name.");
    // not the one name that would set the prototype
    map[key === "__proto__" ? "__proto_" : String(key)] = read(reader);
  }
  return map;
}

function readText(reader: Reader, length: number): string {
  const { bytes, at } = reader;
  if (length <= SHORT) {
    let text = "";
    let index = at;
    for (let code = 0; index < at + length; index++) {
      code = bytes[index] as number;
      if (code > 0x7f) break;
      text += String.fromCharCode(code);
    }
    if (index === at + length) {
      reader.at = index;
      return text;
    }
  }
  return UTF8.decode(take(reader, length));
}

/** The next bytes, as a view of the whole. */
function take(reader: Reader, length: number): Uint8Array {
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}

function readUint(reader: Reader, width: number): number {
  const { view, at } = reader;
  reader.at += width;
  if (width === 1) return view.getUint8(at);
  return width === 2 ? view.getUint16(at) : view.getUint32(at);
}

function readLong(reader: Reader, signed: boolean): number | bigint {
  const { view, at } = reader;
  reader.at += 8;
  const value = signed ? view.getBigInt64(at) : view.getBigUint64(at);
  return value > EXACT || value < -EXACT ? value : Number(value);
}

/** A timestamp: seconds, nanoseconds (30 bits) over seconds (34 bits), or 32 bits of nanoseconds and 64 of seconds. */
function readDate(reader: Reader, head: number): Date {
  const { view } = reader;
  const at = reader.at + (head === 0xc7 ? 2 : 1);
  if (head === 0xd6) {
    reader.at = at + 4;
    return new Date(view.getUint32(at) * 1000);
  }
  const first = view.getUint32(at);
  if (head === 0xd7) {
    reader.at = at + 8;
    return new Date((first & 3) * 4_294_967_296_000 + view.getUint32(at + 4) * 1000 + (first >>> 2) / 1e6);
  }
  reader.at = at + 12;
  return new Date(Number(view.getBigInt64(at + 4)) * 1000 + first / 1e6);
}
