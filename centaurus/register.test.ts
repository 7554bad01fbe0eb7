import { expect, it } from "vitest";
import { RegistrationError } from "./errors.ts";
import { rejection, threads } from "./test/threads.ts";

it("runs plain functions, async functions, methods and functions of any other form", async () => {
  const C = await threads().register({
    arrow: (a: number, b: number) => a + b,
    async later(ms: number) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return "later";
    },
    function: function named(n: number): number {
      return n < 2 ? 1 : n * named(n - 1);
    },
    asyncArrow: async (text: string) => text.toUpperCase(),
    "with spaces": () => "spaces",
    defaults: (a = 1, { b = 2, ...rest }: { b?: number; c?: number } = {}, ...more: number[]) => [a, b, rest, more],
    promised: () => Promise.resolve("promised"),
    nothing: () => undefined,
  });
  expect(await C.arrow(1, 2)).toBe(3);
  expect(await C.later(2)).toBe("later");
  expect(await C.function(5)).toBe(120);
  expect(await C.asyncArrow("a")).toBe("A");
  expect(await C["with spaces"]()).toBe("spaces");
  expect(await C.defaults()).toEqual([1, 2, {}, []]);
  expect(await C.defaults(3, { b: 4, c: 5 }, 6, 7)).toEqual([3, 4, { c: 5 }, [6, 7]]);
  expect(await C.promised()).toBe("promised");
  expect(await C.nothing()).toBeUndefined();
});

it("sends what structured clone can", async () => {
  const C = await threads().register({ same: (value: unknown) => value });
  const values = [
    new Map([[{ a: 1 }, new Set([1n])]]),
    new Date(0),
    /x/gi,
    new Uint8Array([1, 2]),
    [undefined, Number.NaN, -0],
  ];
  for (const value of values) expect(await C.same(value)).toEqual(value);
});

it("has names that objects have as well, and looks them up nowhere else", async () => {
  const C = threads();
  const named: Record<string, () => string> = { toString: () => "a", hasOwnProperty: () => "b", valueOf: () => "c" };
  const error = await rejection(C.register(named));
  expect(error).toBeInstanceOf(RegistrationError);
  expect(error.message).toContain('"toString" is a name that Centaurus needs itself');
  expect((await rejection(C.isPrototype?.() as Promise<unknown>)).message).toContain(
    'There is no function "isPrototype"',
  );
});

it.each(["then", "toJSON", "register", "terminate", "constructor"])(
  "refuses %s, by which no function could be called",
  async (name) => {
    const error = await rejection(threads().register({ [name]: () => 1 }));
    expect(error).toBeInstanceOf(RegistrationError);
    expect(error.message).toBe(`"${name}" is a name that Centaurus needs itself.`);
  },
);

it("says of each function that cannot run why, and runs the others", async () => {
  const C = threads();
  const error = await rejection(
    C.register({
      bound: function bound() {}.bind(undefined),
      native: Math.max as () => number,
      class: class Thing {} as unknown as () => void,
      text: "1 + 1" as unknown as () => void,
      proxy: new Proxy(() => {}, {}),
      good: () => "good",
    }),
  );
  expect(error).toBeInstanceOf(RegistrationError);
  expect(error.message.split("\n")).toEqual([
    '"bound" is bound, or the browser\'s own, and has no text: wrap it in a function.',
    '"native" is bound, or the browser\'s own, and has no text: wrap it in a function.',
    '"class" is a class: register a function that makes one.',
    '"text" is no function.',
    '"proxy" is bound, or the browser\'s own, and has no text: wrap it in a function.',
  ]);
  expect(await C.good?.()).toBe("good");
  expect((await rejection(C.text?.() as Promise<unknown>)).message).toBe('"text" is no function.');
});

it("takes a function's own text, whatever an object says of itself", async () => {
  const C = threads();
  const lies = Object.assign(() => "true text", { toString: () => '() => "lie"' });
  C.register({ lies });
  expect(await C.lies?.()).toBe("true text");
});

it("tells which functions there are where one is called that is not", async () => {
  const C = await threads().register({
    sum: (a: number, b: number) => a + b,
    product: (a: number, b: number) => a * b,
  });
  const error = await rejection((C as unknown as { sun(): Promise<unknown> }).sun());
  expect(error).toBeInstanceOf(RegistrationError);
  expect(error.message).toBe('There is no function "sun". There are: sum, product.');
});

it("says so where nothing is registered, and resolves a registration of nothing", async () => {
  const C = threads();
  await C.register({});
  expect((await rejection(C.sum?.() as Promise<unknown>)).message).toBe(
    'There is no function "sum". None are registered.',
  );
});

it("knows the helper by which esbuild keeps names", async () => {
  const C = threads();
  // as tsx and esbuild with keepNames write it
  C.register({ helped: new Function("return () => { const f = __name(() => 1, 'f'); return [f.name, f()]; }")() });
  expect(await C.helped?.()).toEqual(["f", 1]);
});
