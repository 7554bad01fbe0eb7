/** Bytes that mean most in MessagePack: heads with lengths, extensions, the deflate marker, and the ends of ranges. */
const HEADS = Array.from({ length: 32 }, (_, index) => 0xc0 + index);
const TELLING = [0, 1, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf, 0xe0, 0xff, ...HEADS];
/** Lengths that are lies. */
const LENGTHS = [0, 1, 2, 255, 256, 65_535, 65_536, 99_999, 100_001, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
/** Deeper than is taken. */
const MOST_LEVELS = 80;
/** Pieces of JSON that make sense somewhere. */
const TOKENS = [
  ...["[", "]", "{", "}", ",", ":", '"', "\\", "null", "true", "-", "0", "1e999", "-0", "1.5", "4294967296", '""'],
  ...['"__proto__":', '"constructor":', '"\\ud800"', "\\u0000", "[[", '{"then":1}', '"toJSON":1,', "\ufeff", "\u0000"],
];

/** What becomes of one frame; each gets a seeded Random, a frame, and others to take parts of. */
const OF_BYTES = {
  flip: (random, bytes) => {
    const altered = Buffer.from(bytes);
    if (altered.length > 0) altered[random.between(0, altered.length - 1)] ^= 1 << random.between(0, 7);
    return altered;
  },
  set: (random, bytes) => {
    const altered = Buffer.from(bytes);
    if (altered.length > 0) altered[random.between(0, altered.length - 1)] = random.pick(TELLING);
    return altered;
  },
  truncate: (random, bytes) => bytes.subarray(0, random.between(0, bytes.length)),
  remove: (random, bytes) => cut(random, bytes, () => Buffer.alloc(0)),
  insert: (random, bytes) => {
    const at = random.between(0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.of(random.pick(TELLING)), bytes.subarray(at)]);
  },
  duplicate: (random, bytes) => cut(random, bytes, (part) => repeated(part, random.between(2, 20))),
  splice: (random, bytes, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      bytes.subarray(0, random.between(0, bytes.length)),
      other.subarray(random.between(0, other.length)),
    ]);
  },
  /** A head with a length that is none. */
  lie: (random, bytes) => {
    const width = random.pick([1, 2, 4]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(random.pick(LENGTHS));
    const head = Buffer.of(random.pick(HEADS));
    const at = random.between(0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), head, length.subarray(4 - width), bytes.subarray(at + width + 1)]);
  },
  nest: (random, bytes) => {
    const level = random.pick([[0x91], [0x81, 0xa1, 0x6b], [0x92, 0x01], [0xdc, 0, 1]]);
    const at = random.between(0, bytes.length);
    const levels = repeated(Buffer.from(level), random.between(1, MOST_LEVELS));
    return Buffer.concat([bytes.subarray(0, at), levels, bytes.subarray(at)]);
  },
};

const OF_TEXT = {
  ...OF_BYTES,
  token: (random, bytes) => {
    const at = random.between(0, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(TOKENS)), bytes.subarray(at)]);
  },
  nest: (random, bytes) => {
    const [open, close] = random.pick([
      ["[", "]"],
      ['{"k":', "}"],
      ["[14,", "]"],
    ]);
    const levels = random.between(1, MOST_LEVELS);
    return Buffer.from(open.repeat(levels) + bytes.toString() + close.repeat(levels));
  },
};

/**
 * Alters a frame by chance, once or a few times.
 * @param others frames to take parts of
 * @param text whether it is JSON
 */
export function mutate(random, frame, others, text = false) {
  const ways = Object.values(text ? OF_TEXT : OF_BYTES);
  let altered = Buffer.from(frame);
  for (let times = random.pick([1, 1, 1, 2, 2, 3, 5]); times > 0; times--) {
    altered = Buffer.from(random.pick(ways)(random, altered, others));
  }
  return altered;
}

/** Puts something in the place of a part. */
function cut(random, bytes, replace) {
  const from = random.between(0, bytes.length);
  const to = Math.min(bytes.length, from + random.between(1, 20));
  return Buffer.concat([bytes.subarray(0, from), replace(bytes.subarray(from, to)), bytes.subarray(to)]);
}

function repeated(part, count) {
  return Buffer.concat(Array(count).fill(part));
}
