const LENGTH_BYTES = 2;

/** Texts, or bytes, one after the other, each behind its length of two bytes: what Redis takes apart again. */
export function lengthened(parts: readonly (string | Uint8Array)[]): Buffer {
  let size = 0;
  for (const part of parts) size += LENGTH_BYTES + (typeof part === "string" ? Buffer.byteLength(part) : part.length);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    const from = at + LENGTH_BYTES;
    if (typeof part === "string") at = from + bytes.write(part, from);
    else {
      bytes.set(part, from);
      at = from + part.length;
    }
    bytes.writeUInt16LE(at - from, from - LENGTH_BYTES);
  }
  return bytes;
}

/** Reads so many of them from the head of some bytes. @returns them, and what is behind them */
export function readLengthened(bytes: Buffer, count: number): { texts: string[]; rest: Buffer } {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count && at + LENGTH_BYTES <= bytes.length) {
    const from = at + LENGTH_BYTES;
    at = from + bytes.readUInt16LE(at);
    texts.push(bytes.toString("utf8", from, at));
  }
  while (texts.length < count) texts.push("");
  return { texts, rest: bytes.subarray(at) };
}
