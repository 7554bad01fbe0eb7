import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BUDGET, DecodeError } from "./budget.ts";
import { Kind } from "./message.ts";
import { portableDeflate } from "./portable-deflate.ts";
import { bigEndian, bytes, repeated } from "./test/bytes.ts";
import { MSGPACK_CODECS } from "./test/codecs.ts";
import { msgpackData } from "./test/data.ts";

/** No message of a megabyte takes a machine so long, in milliseconds; what allocates what it is told to takes longer. */
const QUICK_MS = 500;

describe.each(MSGPACK_CODECS)("a hostile MessagePack frame, for %s,", (_, createCodec) => {
  const codec = createCodec({ deflate: portableDeflate });

  /** What decoding throws, which has to be a DecodeError and to come quickly; undefined where it decodes. */
  function refusal(frame: Uint8Array): DecodeError | undefined {
    const started = performance.now();
    let thrown: unknown;
    try {
      codec.decode(frame);
    } catch (error) {
      thrown = error;
    }
    expect(performance.now() - started).toBeLessThan(QUICK_MS);
    if (thrown !== undefined) expect(thrown).toBeInstanceOf(DecodeError);
    return thrown as DecodeError | undefined;
  }

  it("of a million empty maps is refused before any is made", () => {
    const frame = bytes(0xdd, bigEndian(1_000_000, 4), repeated(bytes(0x80), 1_000_000));
    expect(frame.length).toBeLessThan(DEFAULT_BUDGET.maxPayload);
    expect(refusal(frame)?.message).toBe("The message has more than 100000 elements.");
  });

  it("of a million empty maps, dealt to many arrays, is refused", () => {
    const array = bytes(0xdc, bigEndian(50_000, 2), repeated(bytes(0x80), 50_000));
    expect(refusal(bytes(0xdc, bigEndian(20, 2), repeated(array, 20)))?.message).toMatch("elements");
  });

  it("that is empty is refused", () => {
    expect(refusal(new Uint8Array(0))?.reason).toBe("content");
    expect(refusal(bytes(0xc1))?.reason).toBe("content");
  });

  it.each([
    ["array 32", 0xdd],
    ["map 32", 0xdf],
    ["str 32", 0xdb],
    ["bin 32", 0xc6],
  ])("with a false length of 4 GiB in an %s is refused", (_, head) => {
    for (const claimed of [0xffff_ffff, 0x8000_0000, 0x7fff_ffff]) {
      expect(refusal(bytes(head, bigEndian(claimed, 4), "abc"))).toBeDefined();
      expect(refusal(bytes(0x92, 0x0e, head, bigEndian(claimed, 4), "abc"))).toBeDefined();
    }
  });

  it("with a false length within the budget is refused without being allocated", () => {
    expect(refusal(bytes(0xdd, bigEndian(100_000, 4), 1, 2, 3))?.message).toBe("The message ends too early.");
    expect(refusal(bytes(0xdf, bigEndian(50_000, 4), 1, 2, 3))?.message).toBe("The message ends too early.");
  });

  it("of 70 kB full of false lengths inside one another is refused", () => {
    for (const claimed of [2, 20, 1_000, 0xffff]) {
      expect(refusal(repeated(bytes(0xdc, bigEndian(claimed, 2)), 23_000))).toBeDefined();
      expect(refusal(repeated(bytes(0xde, bigEndian(claimed, 2)), 23_000))).toBeDefined();
    }
    expect(refusal(repeated(bytes(0xdd, bigEndian(0xffff_ffff, 4)), 14_000))).toBeDefined();
  });

  it("of 10,000 arrays inside one another is refused", () => {
    expect(refusal(bytes(repeated(bytes(0x91), 10_000), 0xc0))?.message).toMatch("nests deeper than 64");
  });

  it("that is larger than allowed is refused for its size", () => {
    const largest = bytes(
      0xc6,
      bigEndian(DEFAULT_BUDGET.maxPayload - 5, 4),
      new Uint8Array(DEFAULT_BUDGET.maxPayload - 5),
    );
    expect(refusal(largest)).toBeUndefined();
    expect(refusal(bytes(largest, 0xc0))?.reason).toBe("size");
  });

  it("that inflates to more than allowed is refused for its size, and to just as much is taken", () => {
    const largest = bytes(
      0xc6,
      bigEndian(DEFAULT_BUDGET.maxPayload - 5, 4),
      new Uint8Array(DEFAULT_BUDGET.maxPayload - 5),
    );
    expect(refusal(bytes(0xc1, portableDeflate.deflate(largest)))).toBeUndefined();
    const bomb = bytes(0xc1, portableDeflate.deflate(new Uint8Array(DEFAULT_BUDGET.maxPayload + 1)));
    expect(bomb.length).toBeLessThan(1_200);
    expect(refusal(bomb)?.reason).toBe("size");
  });

  it("cannot hide a deflated message in a deflated one", () => {
    const inner = bytes(0xc1, portableDeflate.deflate(codec.encode([Kind.PING])));
    expect(refusal(bytes(0xc1, portableDeflate.deflate(inner)))?.reason).toBe("content");
  });

  it("whose deflated content is cut off or broken is refused for its content", () => {
    const frame = codec.frame([codec.encode([Kind.PING, "fox ".repeat(1_000)])]);
    expect(frame[0]).toBe(0xc1);
    for (let length = 1; length < frame.length; length++) {
      expect(refusal(frame.subarray(0, length))?.reason).toBe("content");
    }
  });

  it("of random bytes decodes or is refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), fc.boolean(), (random, deflated) => {
        refusal(deflated ? bytes(0xc1, random) : random);
      }),
      { numRuns: 2_000 },
    );
  });

  it("made of a good one by any mutation decodes or is refused, and nothing else happens", () => {
    const mutation = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    const small = createCodec({ deflate: portableDeflate, deflateThreshold: 60 });
    fc.assert(
      fc.property(msgpackData, fc.array(mutation, { minLength: 1, maxLength: 4 }), (data, mutations) => {
        let frame = small.frame([small.encode([Kind.PING, data])]);
        for (const { at, remove, insert } of mutations) {
          const index = Math.floor(at * frame.length);
          frame = bytes(frame.subarray(0, index), insert, frame.subarray(index + remove));
        }
        refusal(frame);
      }),
      { numRuns: 1_000 },
    );
  });

  it("with the names of Object's own properties as keys touches no prototype", () => {
    const keys = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"];
    const evil = bytes(0x81, 0xa8, "polluted", 0xc3);
    for (const key of keys) {
      const decoded = codec.decode(bytes(0x81, 0xa0 | key.length, key, evil)) as object;
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      expect(Object.keys(decoded)).toHaveLength(1);
      expect(Object.hasOwn(decoded, key)).toBe(key !== "__proto__");
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(Object.hasOwn(Object, "polluted")).toBe(false);
    expect(typeof {}.toString).toBe("function");
  });

  it("whose keys are no strings decodes to an object all the same, or is refused", () => {
    expect(codec.decode(bytes(0x82, 1, 2, 0xc3, 3))).toEqual({ 1: 2, true: 3 });
    expect(refusal(bytes(0x81, 0x91, 0x80, 1))).toBeDefined();
    expect(refusal(bytes(0x81, 0x80, 1))).toBeDefined();
  });
});
