import { expect, expectTypeOf, it, vi } from "vitest";
import { CallTimeoutError, CloneError } from "./errors.ts";
import { rejection, threads } from "./test/threads.ts";
import type { CallScope } from "./types.ts";

const FUNCTIONS = {
  *count(to: number) {
    const scope = globalThis as unknown as { counted?: number; ended?: string };
    scope.counted = 0;
    scope.ended = "no";
    try {
      for (let number = 1; number <= to; number++) {
        scope.counted = number;
        yield number;
      }
      return "counted";
    } finally {
      scope.ended = "yes";
    }
  },
  async *slowly(items: string[], ms: number) {
    for (const item of items) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      yield item;
    }
    return items.length;
  },
  // biome-ignore lint/correctness/useYield: it breaks before
  *breaks(): Generator<number> {
    throw new RangeError("broken");
  },
  *breaksLater() {
    yield 1;
    yield () => 2;
  },
  counted: () => {
    const { counted, ended } = globalThis as unknown as { counted?: number; ended?: string };
    return [counted, ended] as const;
  },
  plain: () => "plain",
  list: () => [1, 2],
};

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it("gives what a generator yields to who iterates, and what it returns to who awaits", async () => {
  const C = await threads().register(FUNCTIONS);
  expect(await all(C.count(100))).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const last = await C.count(100);
  expectTypeOf(last).toEqualTypeOf<string>();
  expect(last).toBe("counted");
  expect(await all(C.slowly(["a", "b"], 2))).toEqual(["a", "b"]);
  expect(await C.slowly(["a", "b"], 2)).toBe(2);
  const stream = C.count(3);
  expect(await all(stream)).toEqual([1, 2, 3]);
  expect(await C.count.stream(3).next()).toEqual({ done: false, value: 1 });
});

it("gives what is returned at the end of the iteration", async () => {
  const C = await threads().register(FUNCTIONS);
  const stream = C.slowly(["a"], 1);
  expect(await stream.next()).toEqual({ done: false, value: "a" });
  expect(await stream.next()).toEqual({ done: true, value: 1 });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

it("begins when an item is asked for, and not before", async () => {
  const C = await threads().register(FUNCTIONS);
  const stream = C.count(10);
  expect(await C.counted()).toEqual([undefined, undefined]);
  await stream.next();
  expect((await C.counted())[0]).toBeGreaterThan(0);
  await stream.return("enough");
});

it("runs no further ahead than its window", async () => {
  const C = await threads().register(FUNCTIONS);
  const stream = C.count.with({ window: 5 })(1_000);
  await stream.next();
  await vi.waitFor(async () => expect((await C.counted())[0]).toBe(5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await C.counted()).toEqual([5, "no"]);
  for (let item = 2; item <= 20; item++) expect((await stream.next()).value).toBe(item);
  expect((await C.counted())[0]).toBeLessThanOrEqual(25);
  await stream.return("enough");
});

it("ends the generator where the reader leaves", async () => {
  const C = await threads().register(FUNCTIONS);
  for await (const item of C.count(1_000_000)) if (item === 3) break;
  await vi.waitFor(async () => expect((await C.counted())[1]).toBe("yes"));
  expect((await C.counted())[0]).toBeLessThan(100);
});

it("does not wait for an item when the reader leaves while it waits", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  const stream = C.slowly(["a"], 60_000);
  const next = stream.next();
  expect(await stream.return(0)).toEqual({ done: true, value: 0 });
  expect(await next).toEqual({ done: true, value: undefined });
});

it("throws what the generator throws, and what cannot be cloned", async () => {
  const C = await threads().register(FUNCTIONS);
  expect(await rejection(all(C.breaks()))).toBeInstanceOf(RangeError);
  expect(await rejection(C.breaks())).toBeInstanceOf(RangeError);
  const error = await rejection(all(C.breaksLater()));
  expect(error).toBeInstanceOf(CloneError);
  expect(error.message).toBe('What "breaksLater" gave cannot be cloned: it is a Function.');
});

it("can be aborted, before and while it is read", async () => {
  const C = await threads().register(FUNCTIONS);
  const controller = new AbortController();
  const stream = C.count.with({ signal: controller.signal })(1_000);
  await stream.next();
  controller.abort(new Error("enough"));
  expect((await rejection(all(stream))).message).toBe("enough");
  expect((await rejection(all(C.count.with({ signal: controller.signal })(5)))).message).toBe("enough");
});

it("limits the time to each item, and does not count its reader's", async () => {
  const C = await threads().register(FUNCTIONS);
  const slow = C.slowly.with({ timeoutMs: 50 })(["a"], 60_000);
  expect(await rejection(all(slow))).toBeInstanceOf(CallTimeoutError);
  const read = C.count.with({ timeoutMs: 200, window: 2 })(5);
  expect((await read.next()).value).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await all(read)).toEqual([2, 3, 4, 5]);
});

it("lets a generator that never waits be aborted", async () => {
  const C = await threads({ graceMs: 5_000 }).register({
    *endless(): Generator<number> {
      for (let number = 0; ; number++) yield number;
    },
    plain: () => "plain",
  });
  expect((await rejection(C.endless.with({ timeoutMs: 50 })())).name).toBe("CallTimeoutError");
  expect(await C.plain()).toBe("plain");
});

it("reads a function that yields nothing as a stream of nothing", async () => {
  const C = await threads().register(FUNCTIONS);
  expect(await all(C.plain.stream())).toEqual([]);
  expect(await C.list()).toEqual([1, 2]);
});

it("tells how far a function is", async () => {
  const C = await threads().register({
    work(this: CallScope, parts: number) {
      for (let part = 1; part <= parts; part++) this.progress({ part, parts });
      return "worked";
    },
  });
  const heard: unknown[] = [];
  expect(await C.work.with({ onProgress: (value) => heard.push(value) })(2)).toBe("worked");
  expect(heard).toEqual([
    { part: 1, parts: 2 },
    { part: 2, parts: 2 },
  ]);
  expect(await C.work(2)).toBe("worked");
});
