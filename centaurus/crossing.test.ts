import { expect, it, vi } from "vitest";
import { CloneError } from "./errors.ts";
import { transfer } from "./node.ts";
import { rejection, threads } from "./test/threads.ts";
import type { CallScope } from "./types.ts";

class PaymentError extends Error {
  override name = "PaymentError";
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
  get retry(): boolean {
    return this.code > 500;
  }
}

it("brings errors over with their class, stack, cause and properties", async () => {
  const C = await threads({ errors: [PaymentError] }).register({
    fails() {
      const cause = new RangeError("too much", { cause: "greed" });
      throw Object.assign(new TypeError("not paid", { cause }), { code: 402, details: { cents: 1n }, secret: () => 1 });
    },
    custom() {
      class PaymentError extends Error {
        override name = "PaymentError";
      }
      throw Object.assign(new PaymentError("no funds"), { code: 503, retry: "own" });
    },
    unknown() {
      throw Object.assign(new Error("odd"), { name: "OddError" });
    },
    several: () => Promise.reject(new AggregateError([new RangeError("a"), "b"], "several")),
    dom: () => {
      throw new DOMException("gone", "NotFoundError");
    },
    circular() {
      const error = new Error("round");
      error.cause = error;
      throw error;
    },
    value: () => Promise.reject({ just: "a value" }),
    uncloneable: () => Promise.reject(() => 1),
  });
  const error = await rejection(C.fails());
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: "not paid", code: 402, details: { cents: 1n } });
  expect(error.secret).toBeUndefined();
  expect(error.cause).toBeInstanceOf(RangeError);
  expect((error.cause as Error).cause).toBe("greed");
  expect(Object.keys(error)).toEqual(["code", "details"]);
  // where it was thrown
  expect(error.stack).toMatch(/TypeError: not paid\n.*centaurus\/fails\.js/);

  const custom = await rejection(C.custom());
  expect(custom).toBeInstanceOf(PaymentError);
  expect(custom).toMatchObject({ message: "no funds", code: 503, retry: "own" });
  const unknown = await rejection(C.unknown());
  expect(unknown).toBeInstanceOf(Error);
  expect(unknown.name).toBe("OddError");
  const several = await rejection(C.several());
  expect(several).toBeInstanceOf(AggregateError);
  expect((several.errors as unknown[])[0]).toBeInstanceOf(RangeError);
  expect((several.errors as unknown[])[1]).toBe("b");
  expect(await rejection(C.dom())).toMatchObject({ name: "NotFoundError", message: "gone" });
  expect((await rejection(C.circular())).message).toBe("round");
  expect(await rejection(C.value())).toEqual({ just: "a value" });
  expect(await rejection(C.uncloneable())).toBe("() => 1");
});

it("says which part of a parameter, or of a result, cannot be cloned", async () => {
  const C = await threads().register({
    sum: (a: unknown, b: unknown) => [a, b],
    gives: () => ({ list: [1, new Map([["key", { deep: new WeakMap() }]])] }),
  });
  const error = await rejection(C.sum(1, { a: [new WeakSet()] }));
  expect(error).toBeInstanceOf(CloneError);
  expect(error.message).toBe('Parameter 2 of "sum" cannot be cloned: .a[0] is a WeakSet.');
  expect((await rejection(C.sum(Symbol("s"), 1))).message).toBe(
    'Parameter 1 of "sum" cannot be cloned: it is a Symbol.',
  );
  const given = await rejection(C.gives());
  expect(given).toBeInstanceOf(CloneError);
  expect(given.message).toBe('What "gives" gave cannot be cloned: .list[1][1].deep is a WeakMap.');
  expect(await C.sum(1, 2)).toEqual([1, 2]);
});

it("moves what it is told to, and copies the rest", async () => {
  const C = await threads().register({
    length: (data: { bytes: Uint8Array }) => data.bytes.length,
    bytes(this: CallScope, size: number) {
      const bytes = new Uint8Array(size).fill(7);
      const given = this.transfer({ bytes });
      return given;
    },
    *pieces(this: CallScope) {
      for (let piece = 0; piece < 2; piece++) yield this.transfer(new Uint8Array([piece]));
    },
  });
  const copied = { bytes: new Uint8Array(5) };
  expect(await C.length(copied)).toBe(5);
  expect(copied.bytes.length).toBe(5);
  const moved = transfer({ bytes: new Uint8Array(6) });
  expect(await C.length(moved)).toBe(6);
  expect(moved.bytes.length).toBe(0);
  const some = { bytes: new Uint8Array(7), kept: new Uint8Array(2) };
  expect(await C.length(transfer(some, [some.bytes.buffer]))).toBe(7);
  expect([some.bytes.length, some.kept.length]).toEqual([0, 2]);
  expect((await C.bytes(3)).bytes).toEqual(new Uint8Array([7, 7, 7]));
  const pieces: number[] = [];
  for await (const piece of C.pieces()) pieces.push(...piece);
  expect(pieces).toEqual([0, 1]);
});

it("moves everything where that is asked for, for all calls or for one", async () => {
  const functions = { length: (bytes: Uint8Array) => bytes.length, same: (bytes: Uint8Array) => bytes };
  const C = await threads({ transfer: true }).register(functions);
  const bytes = new Uint8Array(4);
  expect(await C.length(bytes)).toBe(4);
  expect(bytes.length).toBe(0);
  const kept = new Uint8Array(4);
  expect(await C.same.with({ transfer: false })(kept)).toEqual(kept);
  expect(kept.length).toBe(4);
  const D = await threads().register(functions);
  expect(await D.same.with({ transfer: true })(kept)).toEqual(new Uint8Array(4));
  expect(kept.length).toBe(0);
});

it("lets functions be parameters, which give promises there", async () => {
  const C = await threads().register({
    map: async (values: number[], change: (value: number) => Promise<number>) => Promise.all(values.map(change)),
    deep: (options: { on: { done: (text: string) => void } }, list: ((n: number) => void)[]) => {
      options.on.done("done");
      list[0]?.(1);
      list[1]?.(2);
    },
    async fails(change: () => Promise<unknown>) {
      try {
        await change();
        return "none";
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    },
    ignores(change: () => void) {
      change();
    },
    gives: (change: () => Promise<unknown>) => change(),
  });
  expect(await C.map([1, 2, 3], async (value) => value * 2)).toEqual([2, 4, 6]);
  const heard: unknown[] = [];
  const options = { on: { done: (text: string) => heard.push(text) } };
  await C.deep(options as { on: { done: (text: string) => void } }, [(n) => heard.push(n), (n) => heard.push(n)]);
  await vi.waitFor(() => expect(heard).toEqual(["done", 1, 2]));
  expect(typeof options.on.done).toBe("function");
  expect(
    await C.fails(() => {
      throw new RangeError("in the page");
    }),
  ).toBe("RangeError: in the page");
  expect(await C.fails(async () => () => 1)).toMatch("What a callback gave cannot be cloned: it is a Function.");
  expect(await C.ignores(() => Promise.reject(new Error("nobody's")))).toBeUndefined();
  expect(await C.gives(async () => transfer(new Uint8Array([1])))).toEqual(new Uint8Array([1]));
});

it("keeps a callback for as long as a function keeps it", async () => {
  const C = await threads().register({
    listen(listener: (text: string) => void) {
      Object.assign(globalThis, { listener });
    },
    tell: (text: string) => (globalThis as unknown as { listener(text: string): void }).listener(text),
  });
  const heard: string[] = [];
  await C.listen((text) => heard.push(text));
  await C.tell("a");
  await C.tell("b");
  await vi.waitFor(() => expect(heard).toEqual(["a", "b"]));
});

it("passes what is called __proto__ on as a key like any other", async () => {
  const C = await threads().register({ keys: (value: object) => Object.keys(value) });
  const odd = JSON.parse('{"__proto__": {"polluted": 1}, "call": 1}') as { call: unknown };
  expect(await C.keys(odd)).toEqual(["__proto__", "call"]);
  odd.call = () => 1;
  expect(await C.keys(odd)).toEqual(["__proto__", "call"]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});
