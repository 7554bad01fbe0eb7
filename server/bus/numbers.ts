const NUMBER_BYTES = 8;

/** Numbers of 64 bits each, one behind the other, as the data of a bus frame. */
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
