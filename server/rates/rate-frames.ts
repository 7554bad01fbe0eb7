/** What a socket worker tells, or asks, of a rate; the frame's channel is whose it is, and which. */
export type RateTaking = readonly [count: number, intervalMs: number, burstMs: number];

/** Numbers of 64 bits each, one behind the other. */
export function encodeNumbers(numbers: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(numbers.length * NUMBER_BYTES);
  for (const [index, number] of numbers.entries()) bytes.writeDoubleLE(number, index * NUMBER_BYTES);
  return bytes;
}

/** @returns 0 where there are not so many numbers */
export function readNumber(bytes: Buffer, index: number): number {
  const at = index * NUMBER_BYTES;
  return at + NUMBER_BYTES <= bytes.length ? bytes.readDoubleLE(at) : 0;
}

const NUMBER_BYTES = 8;
