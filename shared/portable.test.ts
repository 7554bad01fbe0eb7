import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { portable } from "./portable.ts";
import { msgpackData } from "./test/data.ts";

const BROKEN = "a\ud800b";
const MENDED = "a\ufffdb";

/** Whether everything in it is what any decoder takes. */
function isPortable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isPortable(item));
}

describe("portable", () => {
  it("gives back the very value where nothing is wrong, not-a-numbers included", () => {
    fc.assert(
      fc.property(msgpackData, (data) => {
        expect(portable(data)).toBe(data);
      }),
    );
    const odd = { list: [Number.NaN, -0, null, undefined], nan: Number.NaN };
    expect(portable(odd)).toBe(odd);
  });

  it("mends strings that are no well-formed Unicode, wherever they stand", () => {
    expect(portable(BROKEN)).toBe(MENDED);
    expect(portable([1, [BROKEN]])).toEqual([1, [MENDED]]);
    expect(portable({ deep: { text: BROKEN } })).toEqual({ deep: { text: MENDED } });
    expect(portable({ [BROKEN]: 1 })).toEqual({ [MENDED]: 1 });
  });

  it("makes null of a date that is none, and leaves the others", () => {
    const date = new Date(5);
    expect(portable([date, new Date(Number.NaN)])).toEqual([date, null]);
  });

  it("leaves binary data as it is", () => {
    const bytes = Uint8Array.of(1, 2);
    expect(portable({ bytes, text: BROKEN })).toEqual({ bytes, text: MENDED });
  });

  it("mends anything, changes nothing else and never its argument", () => {
    const broken = fc.oneof(
      fc.constantFrom(BROKEN, "\udc00", new Date(Number.NaN), "fine", 1, new Date(1)),
      fc.string(),
    );
    const data = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        broken,
        fc.array(tie("value")),
        fc.dictionary(broken.map(String), tie("value")),
      ),
    })).value;
    fc.assert(
      fc.property(data, (value) => {
        const before = structuredClone(value);
        const mended = portable(value);
        expect(isPortable(mended)).toBe(true);
        expect(value).toEqual(before);
        expect(mended === value).toBe(isPortable(value));
      }),
    );
  });

  it("keeps a key named __proto__ a key", () => {
    const mended = portable(JSON.parse('{"__proto__":{"polluted":true},"text":"\\ud800"}')) as object;
    expect(Object.keys(mended)).toEqual(["__proto__", "text"]);
    expect(Object.getPrototypeOf(mended)).toBe(Object.prototype);
  });

  it("takes time that grows with the size of the data and not with its depth", () => {
    let data: unknown = "\ud800";
    for (let depth = 0; depth < 60; depth++) data = depth % 2 === 0 ? [data] : { data };
    let found = portable(data);
    while (typeof found === "object") found = Object.values(found as object)[0];
    expect(found).toBe("\ufffd");
  });
});
