import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BUDGET, DecodeError, EncodeError } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { createCompactCodec } from "./compact-codec.ts";
import { Kind } from "./message.ts";
import { createMsgpackCodec } from "./msgpack-codec.ts";
import { portableDeflate } from "./portable-deflate.ts";
import { bytes } from "./test/bytes.ts";
import { comparable, msgpackData } from "./test/data.ts";
import { ODD_DATA } from "./test/odd-data.ts";

const options = {
  deflate: portableDeflate,
  deflateThreshold: Number.POSITIVE_INFINITY,
  budget: { ...DEFAULT_BUDGET, maxElements: 200_000 },
};
const server = createMsgpackCodec(options);
const page = createCompactCodec(options);

/** How a timestamp begins that has 64 bits of seconds. */
const LONG_TIMESTAMP = Buffer.of(0xc7, 12, 0xff);

/** What a codec writes of this data, in a message. */
function written(codec: Codec<Uint8Array>, data: unknown): string {
  return Buffer.from(codec.encode([Kind.PING, data])).toString("hex");
}

/** What a codec reads of these bytes, or that it refuses them. */
function read(codec: Codec<Uint8Array>, frame: Uint8Array): unknown {
  try {
    return comparable(codec.decode(frame));
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return "refused";
  }
}

describe("the compact codec, beside msgpackr,", () => {
  it("writes the same bytes", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        expect(written(page, data)).toBe(written(server, data));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(ODD_DATA)("writes the same bytes of odd things: %s", (_, data) => {
    expect(written(page, data)).toBe(written(server, data));
  });

  it("finds the same, shortest form of every number, length and date", () => {
    const edges = [5, 7, 8, 15, 16, 31, 32, 53, 63].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]);
    for (const edge of edges) {
      const long = [BigInt(edge), -BigInt(edge)];
      const numbers = [edge, -edge, edge + 0.5, -edge - 0.5, 1 / edge, ...long];
      for (const value of numbers) expect(written(page, value)).toBe(written(server, value));
      for (const ms of [0, 1, 500, 999, -1]) {
        for (const date of [new Date(edge * 1000 + ms), new Date(-edge * 1000 + ms)]) {
          expect(written(page, date)).toBe(written(server, date));
        }
      }
    }
    for (const length of [0, 1, 15, 16, 17, 31, 32, 47, 48, 63, 64, 127, 128, 255, 256, 257, 65_535, 65_536]) {
      const texts = ["a".repeat(length), "é".repeat(length), `${"a".repeat(length)}🦊`, `\ufeff${"я".repeat(length)}`];
      const fields = Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, index]));
      for (const data of [...texts, new Uint8Array(length), Array(length).fill(1), fields]) {
        expect(written(page, data)).toBe(written(server, data));
        expect(comparable(page.decode(server.encode([Kind.PING, data])))).toEqual(comparable([Kind.PING, data]));
      }
    }
  });

  it("reads the same of whatever the other wrote, each of the other", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        const message = comparable([Kind.PING, data]);
        expect(comparable(page.decode(server.encode([Kind.PING, data])))).toEqual(message);
        expect(comparable(server.decode(page.encode([Kind.PING, data])))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it("reads all that a timestamp can say to the same date", () => {
    const second = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -9e12, max: 9e12 }), fc.integer());
    fc.assert(
      fc.property(second, fc.nat(999_999_999), (seconds, nanoseconds) => {
        const view = new DataView(new ArrayBuffer(15));
        view.setUint32(0, 0xc7_0c_ff_00);
        view.setUint32(3, nanoseconds);
        view.setBigInt64(7, BigInt(seconds));
        const date = page.decode(new Uint8Array(view.buffer)) as Date;
        const expected = new Date(seconds * 1000 + nanoseconds / 1e6);
        expect(date).toEqual(expected);
        // msgpackr looks at 48 of the 64 bits only, which is more than a date can hold
        if (!Number.isNaN(expected.getTime())) expect(date).toEqual(server.decode(new Uint8Array(view.buffer)));
      }),
    );
  });

  it("takes and refuses the same altered frames, and reads the same of them", () => {
    const where = fc.noBias(fc.nat(0xffff));
    // mostly a bit or two: what changes more is rarely taken
    const change = fc.oneof(
      { weight: 4, arbitrary: fc.record({ where, flip: fc.constantFrom(1, 2, 3, 4, 8, 16) }) },
      fc.record({ where, remove: fc.nat(2), insert: fc.uint8Array({ maxLength: 2 }) }),
    );
    let taken = 0;
    fc.assert(
      fc.property(msgpackData, fc.array(change, { minLength: 1, maxLength: 2 }), (data, changes) => {
        let frame: Uint8Array = Uint8Array.from(server.encode([Kind.PING, data]));
        for (const alter of changes) {
          // all but the message's own head and kind
          const index = 2 + (alter.where % (frame.length - 2));
          if ("flip" in alter) frame[index] = (frame[index] ?? 0) ^ alter.flip;
          else frame = bytes(frame.subarray(0, index), alter.insert, frame.subarray(index + alter.remove));
        }
        const result = read(page, frame);
        const expected = read(server, frame);
        expect(result === "refused").toBe(expected === "refused");
        if (result === "refused") return;
        taken++;
        // beyond what a date can hold msgpackr takes 64 bits of seconds, and a high count of nanoseconds, for less
        if (!Buffer.from(frame).includes(LONG_TIMESTAMP)) expect(result).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(150);
  });

  it("takes and refuses the same random bytes", () => {
    const heads = fc.oneof(fc.integer({ min: 0x80, max: 0xdf }), fc.nat(3), fc.integer({ min: 0xa0, max: 0xa3 }));
    fc.assert(
      fc.property(fc.array(heads, { maxLength: 40 }), (list) => {
        const frame = bytes(...list);
        expect(read(page, frame)).toEqual(read(server, frame));
      }),
      { numRuns: 5_000 },
    );
  });

  it("keeps what msgpackr loses: entries of a Map's subclass, shared memory, and well-formed Unicode", () => {
    class Registry extends Map<string, number> {}
    const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
    const data = [new Registry([["a", 1]]), shared.buffer, shared, "a\ud800b", `\ufeff${"long ".repeat(30)}\udc00`];
    expect(comparable(page.decode(page.encode([Kind.PING, data])))).toEqual([
      Kind.PING,
      [{ a: 1 }, { bytes: [7, 7] }, { bytes: [7, 7] }, "a\ufffdb", `\ufeff${"long ".repeat(30)}\ufffd`],
    ]);
  });

  it("refuses what msgpackr refuses", () => {
    const circle: unknown[] = [];
    circle.push({ circle });
    const endless = { constructor: undefined, toJSON: (): unknown => ({ ...endless }) };
    const notCallable = new (class {
      toJSON = 5;
    })();
    for (const data of [Symbol("a"), 2n ** 64n, -(2n ** 63n) - 1n, circle, endless, notCallable]) {
      expect(() => server.encode([Kind.PING, data])).toThrow(EncodeError);
      expect(() => page.encode([Kind.PING, data])).toThrow(EncodeError);
    }
  });
});
