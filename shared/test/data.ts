import fc from "fast-check";

/** Bytes as they came, whatever class of byte array a decoder gave. */
export function plainBytes(bytes: ArrayBufferView): number[] {
  return [...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
}

/** Puts byte arrays of all classes, wherever they stand, on a par with each other. */
export function comparable(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return { bytes: plainBytes(value) };
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}

/** Any well-formed text, of all planes and of lengths around those where MessagePack's heads change. */
export const text = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  fc.string({ unit: "grapheme", maxLength: 10 }),
  fc.constantFrom("", "constructor", "toString", "hasOwnProperty", "a".repeat(31), "é".repeat(16), "🦊".repeat(70)),
);

// `__proto__` has tests of its own: MessagePack gives it another name on arrival
const key = text.filter((name) => name !== "__proto__");

// a negative zero arrives as zero in both encodings
const number = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((n) => n + 0);

const plain = fc.oneof(text, number, fc.boolean(), fc.constant(null));

/** What JSON carries unchanged. */
export const jsonData = tree(plain);

/** What MessagePack carries unchanged. */
export const msgpackData = tree(
  fc.oneof(
    { weight: 4, arbitrary: plain },
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    // beyond what a number holds exactly: smaller ones arrive as numbers
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
  ),
);

function tree(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("array"), tie("object")),
    array: fc.array(tie("value"), { maxLength: 20 }),
    object: fc.dictionary(key, tie("value"), { maxKeys: 20, noNullPrototype: true }),
  })).value;
}
