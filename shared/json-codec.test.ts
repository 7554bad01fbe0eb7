import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_BUDGET, DecodeError, EncodeError } from "./budget.ts";
import { createJsonCodec, toJson } from "./json-codec.ts";
import { Kind, type Message } from "./message.ts";
import { jsonData } from "./test/data.ts";

const codec = createJsonCodec();

function refusal(frame: string): DecodeError | undefined {
  try {
    codec.decode(frame);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  }
}

describe("createJsonCodec", () => {
  it("mends strings that are no well-formed Unicode, so that they can be passed on", () => {
    expect(codec.decode('[14,"\\ud800 \\uD83D\\uDE00"]')).toEqual([Kind.PING, "\ufffd 😀"]);
  });

  it("allows a message in a batch the depth it allows the message alone", () => {
    const nested = (depth: number) => `[14,${"[".repeat(depth)}${"]".repeat(depth)}]`;
    expect(() => codec.decode(nested(63))).not.toThrow();
    expect(() => codec.decode(`[${nested(63)}, ${nested(63)}]`)).not.toThrow();
    expect(() => codec.decode(nested(64))).toThrow("nests deeper");
    expect(() => codec.decode(` [ ${nested(64)}]`)).toThrow("nests deeper");
  });

  it("gives back whatever data goes in", () => {
    fc.assert(
      fc.property(jsonData, (data) => {
        expect(codec.decode(codec.frame([codec.encode([Kind.PING, data])]))).toEqual([Kind.PING, data]);
      }),
      { numRuns: 500 },
    );
  });

  it("gives back batches of 1 to 20 messages in order", () => {
    fc.assert(
      fc.property(fc.array(jsonData, { minLength: 1, maxLength: 20 }), (items) => {
        const messages = items.map((data, id): Message => [Kind.RESULT, id, data]);
        const decoded = codec.decode(codec.frame(messages.map((message) => codec.encode(message))));
        expect(decoded).toEqual(messages.length === 1 ? messages[0] : messages);
      }),
    );
  });

  it("writes what a person would type", () => {
    expect(codec.encode([Kind.CALL, 1, "test.echo", "hi"])).toBe('[2,1,"test.echo","hi"]');
    expect(codec.frame(["[14]", "[15]"])).toBe("[[14],[15]]");
    expect(codec.binary).toBe(false);
  });

  it("decodes any text or throws a DecodeError, and nothing else", () => {
    const jsonLike = fc.array(fc.constantFrom(...'[]{}",:\\0e-.tn \u2028🦊', "null", "__proto__"), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          jsonLike.map((parts) => parts.join("")),
        ),
        (text) => {
          refusal(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("decodes any mutation of a good frame, or refuses it as DecodeError", () => {
    fc.assert(
      fc.property(jsonData, fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }), (data, where, remove, insert) => {
        const frame = codec.encode([Kind.PING, data]);
        const at = where % frame.length;
        refusal(frame.slice(0, at) + insert + frame.slice(at + remove));
      }),
      { numRuns: 1_000 },
    );
  });

  it("refuses what is longer than allowed for its size, and all else for its content", () => {
    const longest = JSON.stringify("x".repeat(DEFAULT_BUDGET.maxPayload - 2));
    expect(refusal(longest)).toBeUndefined();
    expect(refusal(`${longest} `)?.reason).toBe("size");
    for (const text of ["", "[2,1", "[2,1]]", "nonsense", '["unended', "[1,]", "'a'"]) {
      expect([text, refusal(text)?.reason]).toEqual([text, "content"]);
    }
  });

  it("takes keys like __proto__ as keys and touches no prototype", () => {
    for (const key of ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"]) {
      const decoded = codec.decode(`{"${key}":{"polluted":true}}`) as object;
      expect(Object.keys(decoded)).toEqual([key]);
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      expect(codec.encode([Kind.PING, decoded])).toBe(`[14,{"${key}":{"polluted":true}}]`);
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("toJson", () => {
  it("writes binary data of every class as base64 of its bytes, wherever it stands", () => {
    const buffer = Uint8Array.of(0, 1, 250, 251, 252, 253, 254, 255).buffer;
    const base64 = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64");
    expect(toJson(buffer)).toBe(`"${base64(buffer)}"`);
    expect(toJson([new Uint8Array(buffer, 1, 4)])).toBe(`["${base64(buffer.slice(1, 5))}"]`);
    expect(toJson({ deep: { list: [new Uint16Array(buffer, 2, 2)] } })).toBe(
      `{"deep":{"list":["${base64(buffer.slice(2, 6))}"]}}`,
    );
    expect(toJson(new DataView(buffer, 7))).toBe(`"${base64(buffer.slice(7))}"`);
    expect(toJson(Buffer.from("fox"))).toBe('"Zm94"');
  });

  it("writes base64 that decodes to the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), (bytes) => {
        expect([...Buffer.from(JSON.parse(toJson(bytes)), "base64")]).toEqual([...bytes]);
      }),
    );
  });

  it("writes a BigInt as a decimal string and a date as ISO 8601", () => {
    expect(toJson({ big: 2n ** 70n })).toBe('{"big":"1180591620717411303424"}');
    expect(toJson([-5n, new Date(0)])).toBe('["-5","1970-01-01T00:00:00.000Z"]');
    expect(toJson(5n)).toBe('"5"');
  });

  it("writes null for what has no JSON at all", () => {
    expect(toJson(undefined)).toBe("null");
    expect(toJson([Number.NaN, undefined, new Date(Number.NaN)])).toBe("[null,null,null]");
  });

  it("honours toJSON beside values that JSON does not have", () => {
    expect(toJson({ money: { toJSON: () => "5 EUR" }, big: 1n })).toBe('{"money":"5 EUR","big":"1"}');
  });

  it("writes binary data of any length, as others do", () => {
    for (const length of [0, 1, 2, 3, 6_143, 6_144, 6_145, 12_288, 12_290, 1_000_000]) {
      const data = Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
      expect(toJson(data)).toBe(`"${Buffer.from(data).toString("base64")}"`);
    }
  });

  it("refuses what cannot be written", () => {
    const circular: unknown[] = [1n];
    circular.push(circular);
    expect(() => toJson(circular)).toThrow(EncodeError);
    const throwing = {
      toJSON() {
        throw new Error("no");
      },
    };
    expect(() => toJson(throwing)).toThrow("This value cannot be encoded: no");
  });
});
