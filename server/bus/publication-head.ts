/** How a publication is to be kept. */
export interface Keeping {
  /** How many of its channel are kept. */
  readonly size: number;
  /** For how many milliseconds. */
  readonly ttlMs: number;
}

/** What a worker says of a publication beside its data. */
export interface PublicationHead {
  /** Where it may be told a second time: a session, a space, and what is unique in it; empty otherwise. */
  readonly key: string;
  /** Undefined where it is not kept. */
  readonly keeping: Keeping | undefined;
  /** Who publishes, of those between whom what is kept is divided; empty for the application. */
  readonly publisher: string;
}

/** Of the key, and of the publisher. */
const LENGTH_BYTES = 2;
const KEEPING_BYTES = 8;

/** Bytes that its offset takes in front of a publication's data. */
export const OFFSET_BYTES = KEEPING_BYTES;

/** The head of a PUBLISH_WITH frame: u16 bytes of the key · key · u16 bytes of the publisher · publisher · u32 size · u32 ttlMs. */
export function writePublicationHead(key: string, keeping: Keeping | undefined, publisher = ""): Buffer {
  const [keyBytes, publisherBytes] = [Buffer.byteLength(key), Buffer.byteLength(publisher)];
  const head = Buffer.allocUnsafe(2 * LENGTH_BYTES + keyBytes + publisherBytes + KEEPING_BYTES);
  const at = writeText(head, writeText(head, 0, key, keyBytes), publisher, publisherBytes);
  head.writeUInt32LE(keeping?.size ?? 0, at);
  head.writeUInt32LE(keeping?.ttlMs ?? 0, at + 4);
  return head;
}

/** @returns where the next begins */
function writeText(head: Buffer, at: number, text: string, bytes: number): number {
  const from = head.writeUInt16LE(bytes, at);
  return from + head.write(text, from, "utf8");
}

/** @returns also where the head ends, and the data begins */
export function readPublicationHead(data: Buffer): PublicationHead & { readonly end: number } {
  const keyEnd = LENGTH_BYTES + data.readUInt16LE(0);
  const at = keyEnd + LENGTH_BYTES + data.readUInt16LE(keyEnd);
  const size = data.readUInt32LE(at);
  const keeping = size === 0 ? undefined : { size, ttlMs: data.readUInt32LE(at + 4) };
  const key = data.toString("utf8", LENGTH_BYTES, keyEnd);
  return { key, keeping, publisher: data.toString("utf8", keyEnd + LENGTH_BYTES, at), end: at + KEEPING_BYTES };
}

/**
 * Writes a publication's offset over the last bytes of its head, of which nobody needs to know any more.
 * @returns offset and data, in place
 */
export function withOffset(data: Buffer, end: number, offset: number): Buffer {
  data.writeDoubleLE(offset, end - OFFSET_BYTES);
  return data.subarray(end - OFFSET_BYTES);
}

/** The offset in front of a publication, or alone. @returns undefined where there is none */
export function readOffset(data: Buffer): number | undefined {
  return data.length < OFFSET_BYTES ? undefined : data.readDoubleLE(0);
}

/** An offset alone. */
export function offsetBytes(offset: number): Buffer {
  const bytes = Buffer.allocUnsafe(OFFSET_BYTES);
  bytes.writeDoubleLE(offset, 0);
  return bytes;
}
