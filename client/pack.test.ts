import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BUDGET } from "../shared/budget.ts";
import { checkMsgpack } from "../shared/msgpack-budget.ts";
import { createPack } from "../shared/msgpack-codec.ts";
import { comparable, msgpackData } from "../shared/test/data.ts";
import { HEADS } from "../shared/test/msgpack-heads.ts";
import { pack } from "./pack.ts";
import { unpack } from "./unpack.ts";

/** What the server has: msgpackr. */
const server = createPack();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

class Point {
  readonly x = 1;
  readonly y = 2;
}
class Labelled extends Point {
  toJSON(): unknown {
    return { label: "point" };
  }
}
class Itself {
  readonly a = 1;
  toJSON(): unknown {
    return this;
  }
}

/** Odd things that people send. */
const ODD: readonly unknown[] = [
  undefined,
  () => 1,
  Object.assign([1, 2], { length: 4 }), // with holes
  { a: undefined, b: () => 1 },
  { toJSON: () => 5 },
  { toJSON: 5 },
  Object.create(null),
  Object.assign(Object.create(null), { a: 1 }),
  new Point(),
  new Labelled(),
  new Itself(),
  new Date(Number.NaN),
  new Map<unknown, unknown>([
    ["a", 1],
    [2, "b"],
  ]),
  new Set([1, "a"]),
  new Error("text", { cause: 5 }),
  new TypeError("text"),
  /a+/g,
  new Number(5),
  Uint8Array.of(1, 2).buffer,
  new Uint8Array(300),
  new Uint8Array(70_000),
  Float64Array.of(1.5),
  new Uint16Array(Uint8Array.of(0, 1, 2, 3, 4, 5).buffer, 2, 1),
  new DataView(Uint8Array.of(1, 2, 3).buffer, 1),
  BigInt64Array.of(5n),
  Buffer.from("buffer"),
  new URL("http://host.test/"),
  Array.from({ length: 70_000 }, () => 1),
  Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`key ${index}`, index])),
  "",
  "\ufeffmark",
  { "": 1, ключ: 2, "🦊": 3 },
];

describe("pack", () => {
  it("writes the bytes that the server's MessagePack writes", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        expect(hex(pack(data))).toBe(hex(server.pack(data)));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(ODD.map((value, index) => [index, value]))(
    "writes the bytes that the server's writes, odd thing %i",
    (_, value) => {
      expect(hex(pack(value))).toBe(hex(server.pack(value)));
    },
  );

  it("finds the shortest form of every number and length", () => {
    const edges = [5, 7, 8, 15, 16, 31, 32, 53].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]);
    const numbers = edges.flatMap((edge) => [edge, -edge, edge + 0.5, BigInt(edge), -BigInt(edge)]);
    const longs = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 2n ** 64n - 1n];
    for (const number of [0, -0, Number.NaN, Number.POSITIVE_INFINITY, ...numbers, ...longs]) {
      expect(hex(pack(number))).toBe(hex(server.pack(number)));
    }
    for (const length of [15, 16, 31, 32, 39, 40, 41, 63, 64, 127, 128, 255, 256, 65_535, 65_536]) {
      for (const text of ["a".repeat(length), "é".repeat(length), `${"a".repeat(length - 1)}🦊`]) {
        expect(hex(pack(text))).toBe(hex(server.pack(text)));
      }
    }
  });

  it("writes dates of all centuries", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(unpack(pack(date))).toEqual(date);
        expect(server.unpack(pack(date))).toEqual(date);
      }),
    );
  });

  it("writes well-formed Unicode, whatever the string", () => {
    for (const text of ["a\ud800b", "\udc00", `${"long ".repeat(20)}\ud800`]) {
      expect(unpack(pack(text))).toBe(text.toWellFormed());
    }
  });

  it("refuses symbols, large integers and circles", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [Symbol("a"), 2n ** 64n, -(2n ** 63n) - 1n, circle]) {
      expect(() => pack(value)).toThrow();
    }
  });

  it("may be called while it is at it", () => {
    const outer = {
      before: 1,
      inner: new (class {
        toJSON = () => hex(pack("inner"));
      })(),
      after: "x".repeat(500),
    };
    expect(unpack(pack(outer))).toEqual({ before: 1, inner: hex(pack("inner")), after: "x".repeat(500) });
  });
});

describe("unpack", () => {
  it("gives what goes in", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        expect(comparable(unpack(pack(data)))).toEqual(comparable(data));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(HEADS)("reads $name", ({ bytes, value }) => {
    expect(comparable(unpack(bytes))).toEqual(comparable(value));
  });

  it("reads whatever passes the check as the server does, or refuses it as well", () => {
    let read = 0;
    fc.assert(
      fc.property(msgpackData, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255), (data, where, byte) => {
        const bytes = Uint8Array.from(pack(data));
        bytes[Math.floor(where * bytes.length)] = byte;
        try {
          checkMsgpack(bytes, DEFAULT_BUDGET);
        } catch {
          return;
        }
        // of the seconds of a long timestamp msgpackr takes 48 bits of 64
        if (hex(bytes).includes("c70cff")) return;
        read++;
        expect(attempt(() => unpack(bytes))).toEqual(attempt(() => server.unpack(bytes)));
      }),
      { numRuns: 3_000, endOnFailure: true },
    );
    expect(read).toBeGreaterThan(300);
  });

  it("sets no prototype", () => {
    const bytes = Uint8Array.of(0x81, 0xa9, ...Buffer.from("__proto__"), 0x81, 0xa1, 0x61, 1);
    expect(unpack(bytes)).toEqual({ __proto_: { a: 1 } });
  });

  it("gives binary data that is nobody else's", () => {
    const bytes = Uint8Array.of(0xc4, 2, 7, 8);
    const data = unpack(bytes) as Uint8Array;
    bytes.fill(0);
    expect([...data, data.buffer.byteLength]).toEqual([7, 8, 2]);
  });
});

/** What comes of it, or that nothing does. */
function attempt(unpacked: () => unknown): unknown {
  try {
    return comparable(unpacked());
  } catch {
    return "refused";
  }
}
