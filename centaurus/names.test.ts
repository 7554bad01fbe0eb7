import { join as joinPaths } from "node:path";
import { expect, it } from "vitest";
import { RegistrationError } from "./errors.ts";
import { rejection, script, threads } from "./test/threads.ts";

declare const library: { double(n: number): number };
declare const lexical: number;

const rate = 0.19;

it("names a variable that a function closes over, when it is registered", async () => {
  const error = await rejection(threads().register({ tax: (price: number) => price * rate }));
  expect(error).toBeInstanceOf(RegistrationError);
  expect(error.message).toContain('"tax" uses "rate", which is not there in a web worker');
});

it("names an import, and says how to have it", async () => {
  const error = await rejection(threads().register({ path: (a: string) => joinPaths(a, "b") }));
  expect(error.message).toMatch(/"path" uses "__\w+", which is imported: imports stay in the page/);
});

it("names a compiler's helper, and says what to do", async () => {
  const given = new Function("return (o) => { const { a, ...b } = o; return __rest(o, ['a']); }")();
  const error = await rejection(threads().register({ rest: given }));
  expect(error.message).toContain('"rest" uses "__rest", a helper that a compiler has put outside of it');
});

it("runs what it called broken once that is there after all", async () => {
  const C = threads();
  await rejection(C.register({ twice: (n: number) => library.double(n) }));
  expect((await rejection(C.twice?.(1) as Promise<unknown>)).message).toContain("library");
  await C.loadScripts(script("var library = { double: (n) => 2 * n };"));
  expect(await C.twice?.(21)).toBe(42);
});

it("finds what scripts declare by const, which is no property of the global object", async () => {
  const C = threads();
  await C.loadScripts(script("const lexical = 7;"));
  await C.register({ seven: () => lexical });
  expect(await C.seven?.()).toBe(7);
});

it("believes who says that a variable will be there", async () => {
  const C = threads();
  await C.register({ twice: (n: number) => library.double(n) }, { globals: ["library"] });
  const error = await rejection(C.twice?.(1) as Promise<unknown>);
  expect(error).toBeInstanceOf(ReferenceError);
  expect(error.message).toBe(
    "library is not defined (in a web worker: functions travel as text, without the variables around them)",
  );
});

it("knows the globals that functions make themselves", async () => {
  const C = threads();
  const scope = globalThis as unknown as { cache: Map<string, number> };
  const cache = scope.cache;
  await C.register({
    remember: new Function("return (key, value) => { self.cache = (self.cache ?? new Map()).set(key, value); }")(),
    recall: new Function("return (key) => cache.get(key)")(),
  });
  await C.remember?.("a", 1);
  expect(await C.recall?.("a")).toBe(1);
  expect(cache).toBeUndefined();
});
