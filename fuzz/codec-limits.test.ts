import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { zlibDeflate } from "../server/connection/zlib-deflate.ts";
import { DEFAULT_BUDGET, DecodeError } from "../shared/budget.ts";
import { createJsonCodec } from "../shared/json-codec.ts";
import { bigEndian, bytes, repeated } from "../shared/test/bytes.ts";
import { MSGPACK_CODECS } from "../shared/test/codecs.ts";

/** No message takes a machine so long, however busy that is, in milliseconds; what grows by its square takes longer. */
const QUICK_MS = 5_000;
const json = createJsonCodec();

/** Runs something, and gives what it throws, which has to be a DecodeError. */
function refusal(decode: () => unknown): DecodeError | undefined {
  const started = performance.now();
  try {
    decode();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  } finally {
    expect(performance.now() - started).toBeLessThan(QUICK_MS);
  }
}

/** All heads with a length in 1, 2 or 4 bytes, and what stands between that and the content. */
const HEADS: readonly (readonly [name: string, head: number, width: 1 | 2 | 4, type: number | null])[] = [
  ["str 8", 0xd9, 1, null],
  ["str 16", 0xda, 2, null],
  ["str 32", 0xdb, 4, null],
  ["bin 8", 0xc4, 1, null],
  ["bin 16", 0xc5, 2, null],
  ["bin 32", 0xc6, 4, null],
  ["array 16", 0xdc, 2, null],
  ["array 32", 0xdd, 4, null],
  ["map 16", 0xde, 2, null],
  ["map 32", 0xdf, 4, null],
  ["ext 8", 0xc7, 1, 0xff],
  ["ext 16", 0xc8, 2, 0xff],
  ["ext 32", 0xc9, 4, 0xff],
  ["ext 8 of msgpackr's", 0xc7, 1, 0x72],
  ["ext 32 of msgpackr's", 0xc9, 4, 0x62],
];

describe.each(MSGPACK_CODECS)("for %s", (_, createCodec) => {
  const codec = createCodec({ deflate: zlibDeflate });

  it.each(HEADS)("a false length in a %s is refused, wherever it stands", (_, head, width, type) => {
    for (const claimed of [
      4, 127, 255, 256, 65_535, 65_536, 100_000, 1_048_576, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
    ]) {
      if (claimed >= 256 ** width) continue;
      const lie = bytes(head, bigEndian(claimed, width), ...(type === null ? [] : [type]), "abc");
      const places = [lie, bytes(0x92, 0x0e, lie), bytes(0x81, lie, 0x01), bytes(0x81, 0xa1, "k", lie)];
      for (const frame of [...places, ...places.map((place) => bytes(0xc1, deflateRawSync(place)))]) {
        expect(refusal(() => codec.decode(frame))).toBeDefined();
      }
      // what follows is of the right length, and not of the right kind
      if (type !== null) continue;
      const filled = bytes(0x92, 0x0e, head, bigEndian(claimed, width), repeated(bytes(0xc1), Math.min(claimed, 300)));
      refusal(() => codec.decode(filled));
    }
  });

  it("extensions inside one another, in keys and behind a true head are refused", () => {
    const record = bytes(0xd4, 0x72, 0x40);
    for (const frame of [
      bytes(0x92, record, 0x91, 0xa1, "a", 0x01),
      bytes(0x81, record, 0x01),
      bytes(0x92, 0x0e, 0x81, 0xd6, 0x70, 0, 0, 0, 1, 0x01),
      bytes(0x92, 0x0e, 0xc7, 0x0c, 0xff, 0xd4, 0x72, 0x40, repeated(bytes(0), 8)),
    ]) {
      expect(refusal(() => codec.decode(frame))).toBeDefined();
    }
  });

  it("keys of all kinds, however many of them, cost what others cost", () => {
    const key = (index: number) => bytes(0xce, bigEndian(index, 4));
    const maps = [
      Array.from({ length: 49_000 }, (_, index) => key(index * 65_536)),
      Array.from({ length: 49_000 }, (_, index) => key(4_294_967_295 - index)),
      Array.from({ length: 49_000 }, (_, index) => bytes(0xaa, String(4_200_000_000 + index * 7))),
      Array.from({ length: 49_000 }, (_, index) => bytes(0xcb, bigEndian(0x3ff0_0000, 4), bigEndian(index, 4))),
      // each one of a shape of its own
      Array.from({ length: 24_000 }, (_, index) => bytes(0x81, 0xa6, (index + 100_000).toString())),
    ];
    for (const [which, keys] of maps.entries()) {
      const each = keys.map((one) => bytes(one, 0x01));
      const head = which === 4 ? 0xdd : 0xdf;
      expect(refusal(() => codec.decode(bytes(head, bigEndian(keys.length, 4), ...each)))).toBeUndefined();
    }
  });

  it("the costliest message there may be holds no more than the budget", () => {
    const most = bytes(0xdd, bigEndian(100_000, 4), repeated(bytes(0x80), 100_000));
    expect(refusal(() => codec.decode(bytes(0xc1, deflateRawSync(most))))).toBeUndefined();
    const more = bytes(0xdd, bigEndian(100_001, 4), repeated(bytes(0x80), 100_001));
    expect(refusal(() => codec.decode(bytes(0xc1, deflateRawSync(more))))?.message).toMatch("elements");
  });

  it("`__proto__` in any place sets nobody's prototype", () => {
    const evil = bytes(0x81, 0xa8, "polluted", 0xc3);
    const nested = [0, 1, 5, 60].map((depth) =>
      bytes(repeated(bytes(0x81, 0xa1, "k"), depth), 0x81, 0xa9, "__proto__", evil),
    );
    for (const frame of nested) {
      let value = codec.decode(frame) as Record<string, unknown>;
      for (; value.k !== undefined; value = value.k as typeof value);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(value).not.toHaveProperty("polluted");
    }
    // as bytes that are not the shortest, and as what becomes text
    const odd = [bytes(0xd9, 9, "__proto__"), bytes(0xdb, bigEndian(9, 4), "__proto__"), bytes(0xc4, 9, "__proto__")];
    for (const name of odd) {
      let value: unknown = {};
      refusal(() => {
        value = codec.decode(bytes(0x81, name, evil));
      });
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(value).not.toHaveProperty("polluted");
    }
  });
});

describe("of text", () => {
  it.skipIf(collides())("numbers that a hash table takes for neighbours cost what other texts cost", () => {
    // an engine that hashes such a text to its number alone takes far longer for this
    for (const step of [1, 1 << 10, 1 << 15, 1 << 16]) {
      const numbers = Array.from({ length: 65_000 }, (_, index) => String((index * step) % 4_294_967_295));
      expect(refusal(() => json.decode(JSON.stringify([14, numbers])))).toBeUndefined();
      const names = numbers.slice(0, 45_000).map((number) => `"${number}":0`);
      expect(refusal(() => json.decode(`[14,{${names.join(",")}}]`))).toBeUndefined();
    }
  });

  it("texts, blanks and backslashes without end cost what they are long", () => {
    const most = DEFAULT_BUDGET.maxPayload - 10;
    for (const text of [
      `[14,"${"\\".repeat(most - 10)}`,
      `[14,"${'\\"'.repeat(most / 2 - 10)}"]`,
      `${" ".repeat(most)}[[14]]`.slice(0, most),
      `[${" ".repeat(most - 10)}[14]]`,
      `[14,${"1".repeat(most - 20)}]`,
      `[14,0.${"0".repeat(most - 20)}1]`,
      `[14,"${"\\ud800".repeat(most / 6 - 10)}"]`,
      `[14,${'"a",'.repeat(99_000)}"a"]`,
    ]) {
      refusal(() => json.decode(text));
    }
  });

  it("`__proto__` is a name like any other, and sets nobody's prototype", () => {
    const value = json.decode('[14,{"__proto__":{"polluted":1},"a":"\\ud800"}]') as [number, object];
    expect(Object.getPrototypeOf(value[1])).toBe(Object.prototype);
    expect(value[1]).not.toHaveProperty("polluted");
    expect(Object.hasOwn(value[1], "__proto__")).toBe(true);
  });
});

/** Whether this engine has numbers as texts collide: nothing but another Node.js helps there, and that of CI must not. */
function collides(): boolean {
  if (process.env.CI !== undefined) return false;
  const fill = (step: number) => {
    const start = performance.now();
    JSON.parse(`{${Array.from({ length: 4_000 }, (_, index) => `"${(index * step) % 4_294_967_295}":0`).join(",")}}`);
    return performance.now() - start;
  };
  fill(1);
  return Math.max(...[1 << 10, 1 << 15, 1 << 16].map(fill)) > 50 + 20 * fill(1);
}
