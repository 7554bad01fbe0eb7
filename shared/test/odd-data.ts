class Point {
  readonly x = 1;
  readonly y = 2;
}
class Labelled extends Point {
  toJSON(): unknown {
    return { label: "point" };
  }
}
class Itself extends Point {
  toJSON(): unknown {
    return this;
  }
}
class Falsy extends Point {
  readonly toJSON = 0;
}
class OddDate extends Date {
  override toJSON(): string {
    return "a date of its own";
  }
}
class PlainDate extends Date {}
class OddSet extends Set {
  toJSON(): unknown {
    return "a set of its own";
  }
}
class OddMap extends Map<unknown, unknown> {
  toJSON(): unknown {
    return "a map of its own";
  }
}
class OddError extends Error {
  toJSON(): unknown {
    return { odd: this.message };
  }
}
class OddArray extends Array {
  toJSON(): unknown {
    return "never asked";
  }
}
class OddFloats extends Float32Array {
  toJSON(): unknown {
    return "never asked";
  }
}
class OddBuffer extends ArrayBuffer {
  toJSON(): unknown {
    return "a buffer of its own";
  }
}

const holes: unknown[] = [1];
holes[2] = 3;
const ownToJson = { toJSON: () => "of this one alone" };

/** What people send although it is no plain data, by what it is. */
export const ODD_DATA: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["a function", () => 1],
  ["a class", Point],
  ["a function with toJSON", Object.assign(() => 1, { toJSON: () => 5 })],
  ["fields that are undefined or functions", { a: undefined, b: () => 1 }],
  ["a plain object with toJSON", ownToJson],
  ["a plain object with a toJSON that is none", { toJSON: 5 }],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
  ["an object without prototype, with toJSON", Object.assign(Object.create(null), { toJSON: () => 7 })],
  ["an object with another constructor", { constructor: "x", a: 1 }],
  ["an object with another constructor and a toJSON that is none", { constructor: 1, toJSON: 5, a: { toJSON: {} } }],
  ["an instance", new Point()],
  ["an instance with toJSON", new Labelled()],
  ["an instance whose toJSON gives itself", new Itself()],
  ["an instance whose toJSON is 0", new Falsy()],
  ["a getter", Object.defineProperty({}, "a", { get: () => 5, enumerable: true })],
  ["hidden and symbolic fields", Object.defineProperty({ [Symbol("s")]: 1, b: 2 }, "hidden", { value: 1 })],
  ["inherited fields", Object.create({ a: 1 })],
  ["an array with holes", holes],
  ["an array with fields", Object.assign([1, 2], { field: 4 })],
  ["an array's subclass with toJSON", OddArray.from([1, 2])],
  ["a date's subclass", new PlainDate(1_500)],
  ["a date's subclass with toJSON", new OddDate(5)],
  ["a date with a toJSON of its own", Object.assign(new Date(5), ownToJson)],
  ["an invalid date", new Date(Number.NaN)],
  [
    "a map",
    new Map<unknown, unknown>([
      ["a", undefined],
      [2, "b"],
      [null, 1],
      [[1], 2],
    ]),
  ],
  ["a map's subclass with toJSON", new OddMap([[1, 2]])],
  ["a set", new Set([1, "a", [2]])],
  ["a set's subclass with toJSON", new OddSet([1])],
  ["an error", new Error("text", { cause: { a: 5 } })],
  ["a TypeError", new TypeError("text")],
  ["an error with toJSON", new OddError("text")],
  ["an error with a toJSON of its own", Object.assign(new Error("text"), ownToJson)],
  ["a pattern", /a+\/b/giu],
  ["boxed values", [new Number(5), new String("ab"), new Boolean(true)]],
  ["a promise", Promise.resolve(1)],
  ["a WeakMap", new WeakMap()],
  ["a URL", new URL("http://host.test/path?query")],
  ["a proxy", new Proxy({ a: 1 }, {})],
  ["an ArrayBuffer", Uint8Array.of(1, 2).buffer],
  ["an ArrayBuffer's subclass with toJSON", new OddBuffer(3)],
  ["a Buffer", Buffer.from("buffer")],
  ["a view of a part", new Uint16Array(Uint8Array.of(0, 1, 2, 3, 4, 5).buffer, 2, 1)],
  ["floats", Float64Array.of(1.5, -2)],
  ["floats of a subclass with toJSON", OddFloats.of(1, 2)],
  ["64-bit integers", BigInt64Array.of(5n, -5n)],
  ["a DataView", new DataView(Uint8Array.of(1, 2, 3).buffer, 1)],
  ["a key that sets no prototype", JSON.parse('{"__proto__": {"a": 1}}')],
  ["keys of all scripts", { "": 1, ключ: 2, "🦊": 3, "a name of more than thirty-one bytes": 4 }],
];
