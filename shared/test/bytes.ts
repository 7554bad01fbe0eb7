import { concatenate } from "../concatenate.ts";

/** Bytes from numbers, texts (as their UTF-8) and other bytes, one after the other. */
export function bytes(...parts: (number | string | Uint8Array)[]): Uint8Array {
  const encoder = new TextEncoder();
  const chunks = parts.map((part) => {
    if (typeof part === "number") return Uint8Array.of(part);
    return typeof part === "string" ? encoder.encode(part) : part;
  });
  return concatenate(chunks);
}

/** `count` times the same bytes. */
export function repeated(part: Uint8Array, count: number): Uint8Array {
  const whole = new Uint8Array(part.length * count);
  for (let at = 0; at < whole.length; at += part.length) whole.set(part, at);
  return whole;
}

/** An unsigned number in so many bytes, the most significant first, as MessagePack writes lengths. */
export function bigEndian(value: number, width: 1 | 2 | 4): Uint8Array {
  return Uint8Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** (width - 1 - index)));
}
