/** What a number counts as, in bytes. */
const NUMBER_BYTES = 8;

/** Whether decoded data is larger than so many bytes. Looks no further than it takes to know. */
export function isLarger(data: unknown, bytes: number): boolean {
  const parts: unknown[] = [data];
  let left = bytes;
  while (left >= 0 && parts.length > 0) {
    const part = parts.pop();
    left--;
    if (typeof part === "string") left -= part.length;
    else if (typeof part === "number" || typeof part === "bigint") left -= NUMBER_BYTES - 1;
    else if (ArrayBuffer.isView(part)) left -= part.byteLength;
    else if (typeof part === "object" && part !== null) {
      const inside: unknown[] = Array.isArray(part) ? part : Object.entries(part).flat();
      if (inside.length > left) return true;
      for (const one of inside) parts.push(one);
    }
  }
  return left < 0;
}
