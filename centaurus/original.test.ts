import { expect, it } from "vitest";
import { rejection, script, threads } from "./test/threads.ts";

declare const words: { reverse(text: string): string };

const REVERSE = script('var words = { reverse: (text) => [...text].reverse().join("") };');

it("loads scripts, registers functions, and calls them, none of which need be awaited", async () => {
  const C = threads();
  C.loadScripts(REVERSE);
  C.registerFunctions({
    test: (resolve) => resolve(123456),
    reverse: (resolve, _reject, a, b) => resolve(words.reverse(String(a) + String(b))),
  });
  expect(await C.test?.()).toBe(123456);
  expect(await C.reverse?.("ab", "cd")).toBe("dcba");
});

it("can be chained", async () => {
  const C = threads();
  await C.loadScripts(REVERSE)
    .then((loaded) => loaded.registerFunctions({ test: (resolve) => resolve(words.reverse("ab")) }))
    .then(async ({ test }) => expect(await test()).toBe("ba"));
});

it("takes the first of resolve, reject, what is thrown, and what is promised", async () => {
  const C = threads();
  await C.registerFunctions({
    twice(resolve) {
      resolve(1);
      resolve(2);
    },
    resolvesFirst(resolve, reject) {
      resolve("good");
      reject(new Error("late"));
      throw new Error("later");
    },
    rejects: (_resolve, reject) => reject(new RangeError("no")),
    rejectsWithText: (_resolve, reject) => reject("just text"),
    throws() {
      throw new TypeError("thrown");
    },
    later: (resolve) => setTimeout(resolve, 5, "later"),
    async promises() {
      return "promised";
    },
    async resolvesLater(resolve) {
      setTimeout(resolve, 5, "after the promise");
    },
    async breaks() {
      throw new Error("broken");
    },
  });
  expect(await C.twice?.()).toBe(1);
  expect(await C.resolvesFirst?.()).toBe("good");
  expect(await rejection(C.rejects?.() as Promise<unknown>)).toBeInstanceOf(RangeError);
  expect(await rejection(C.rejectsWithText?.() as Promise<unknown>)).toBe("just text");
  expect(await rejection(C.throws?.() as Promise<unknown>)).toBeInstanceOf(TypeError);
  expect(await C.later?.()).toBe("later");
  expect(await C.promises?.()).toBe("promised");
  expect(await C.resolvesLater?.()).toBe("after the promise");
  expect((await rejection(C.breaks?.() as Promise<unknown>)).message).toBe("broken");
});

it("keeps what functions make global, for there is one web worker", async () => {
  const C = threads();
  C.registerFunctions({
    count(resolve) {
      const scope = globalThis as unknown as { counted?: number };
      scope.counted = (scope.counted ?? 0) + 1;
      resolve(scope.counted);
    },
  });
  await C.count?.();
  expect(await Promise.all([C.count?.(), C.count?.()])).toEqual([2, 3]);
});

it("rejects a call that waits in vain, as nothing will resolve it any more", async () => {
  const C = threads();
  C.registerFunctions({
    forgets() {
      setTimeout(() => {
        throw new Error("in a timer");
      });
    },
    forgetsToCatch() {
      void Promise.reject(new Error("not caught"));
    },
  });
  expect((await rejection(C.forgets?.() as Promise<unknown>)).message).toBe("in a timer");
  expect((await rejection(C.forgetsToCatch?.() as Promise<unknown>)).message).toBe("not caught");
});

it("takes the place of a function that is registered again", async () => {
  const C = threads();
  C.registerFunctions({ test: (resolve) => resolve(1) });
  C.registerFunctions({ test: (resolve) => resolve(2) });
  expect(await C.test?.()).toBe(2);
});

it("is no promise, and can be logged", async () => {
  const C = threads();
  expect((C as unknown as { then: unknown }).then).toBeUndefined();
  expect(await Promise.resolve(C)).toBe(C);
  expect(JSON.stringify({ C: Object(C).toJSON })).toBe("{}");
});
