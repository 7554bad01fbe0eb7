import { expect, it } from "vitest";
import { CallTimeoutError, CloneError } from "./errors.ts";
import { transfer } from "./node.ts";
import { rejection, threads } from "./test/threads.ts";
import type { CallScope } from "./types.ts";

it("takes an option that is undefined for one that was not given", async () => {
  const none = {
    concurrency: undefined,
    graceMs: undefined,
    timeoutMs: undefined,
    queueLimit: undefined,
    workers: undefined,
  };
  const C = await threads(none).register({ one: () => 1 });
  expect(await C.one.with({ timeoutMs: undefined, window: undefined })()).toBe(1);
});

it.each([{ timeoutMs: "5000" }, { concurrency: "many" }, { idleMs: null }])("refuses %o", (options) => {
  expect(() => threads(options as unknown as { timeoutMs: number })).toThrow(RangeError);
});

it("rejects with whatever is thrown, however odd", async () => {
  const C = await threads().register({
    bare() {
      throw Object.assign(Object.create(null), { f() {} });
    },
    getter() {
      throw Object.defineProperty(new Error("getter"), "message", {
        get() {
          throw new Error("in the getter");
        },
      });
    },
    symbol() {
      throw Object.assign(new Error("symbol"), { name: Symbol("name") });
    },
    frozen() {
      // what is not there
      throw Object.freeze(new ReferenceError("x is not defined"));
    },
    stack() {
      throw Object.assign(new Error("stack"), { stack: {} });
    },
    named() {
      class PaymentError extends Error {}
      throw new PaymentError("not paid");
    },
    iterates: async () => ({
      get [Symbol.asyncIterator]() {
        throw new Error("in the iterator");
      },
    }),
  });
  expect((await rejection(C.bare())).message).toBe("What was thrown cannot be read.");
  expect((await rejection(C.getter())).message).toBe("What was thrown cannot be read.");
  expect(await rejection(C.symbol())).toBeInstanceOf(Error);
  expect((await rejection(C.frozen())).message).toBe("x is not defined");
  expect((await rejection(C.stack())).message).toBe("stack");
  expect((await rejection(C.named())).name).toBe("PaymentError");
  expect(await rejection(C.iterates.stream().next())).toBeInstanceOf(Error);
});

it("moves what it was told to with the value that it is in", async () => {
  const C = await threads().register({
    later(this: CallScope) {
      const bytes = this.transfer(new Uint8Array([1, 2]));
      this.progress("half way");
      return bytes;
    },
    *two(this: CallScope) {
      const [first, second] = [this.transfer(new Uint8Array([1])), this.transfer(new Uint8Array([2]))];
      yield first;
      yield second;
    },
    length: (a: Uint8Array, b: Uint8Array) => a.length + b.length,
  });
  expect(await C.later()).toEqual(new Uint8Array([1, 2]));
  const items: number[] = [];
  for await (const item of C.two()) items.push(...item);
  expect(items).toEqual([1, 2]);
  const { buffer } = new Uint8Array(8);
  expect(await C.length(transfer(new Uint8Array(buffer, 0, 4)), transfer(new Uint8Array(buffer, 4)))).toBe(8);
});

it("says of what was moved before that it cannot be cloned, and hurts nobody else", async () => {
  const C = await threads().register({
    length: (bytes: Uint8Array) => bytes.length,
    wait: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, "waited")),
    twice(this: CallScope) {
      const scope = globalThis as unknown as { bytes?: Uint8Array };
      scope.bytes ??= new Uint8Array(3);
      return this.transfer(scope.bytes);
    },
  });
  const waits = C.wait(200);
  const bytes = new Uint8Array(4);
  expect(await C.length(transfer(bytes))).toBe(4);
  expect(await rejection(C.length(transfer(bytes)))).toBeInstanceOf(CloneError);
  expect((await C.twice()).length).toBe(3);
  expect(await rejection(C.twice())).toBeInstanceOf(CloneError);
  expect(await waits).toBe("waited");
});

it("ends a stream that is thrown into, and gives what it returned to who asks later", async () => {
  const C = await threads({ concurrency: 1 }).register({
    *count(to: number) {
      for (let number = 1; number <= to; number++) yield number;
      return "end";
    },
    one: () => 1,
  });
  const stream = C.count(1_000);
  await stream.next();
  await rejection(stream.throw(new Error("enough")));
  expect(await C.one()).toBe(1);
  expect(C.stats().unanswered).toBe(0);
  const whole = C.count(3);
  for await (const item of whole) void item;
  expect(await whole).toBe("end");
  const ahead = C.count.with({ window: 2.5 })(1_000);
  expect((await ahead.next()).value).toBe(1);
  await ahead.return("enough");
});

it("ends the generator whose item cannot be cloned", async () => {
  const C = await threads().register({
    *bad() {
      try {
        yield () => 1;
      } finally {
        Object.assign(globalThis, { ended: true });
      }
    },
    ended: () => (globalThis as unknown as { ended?: boolean }).ended,
  });
  expect(await rejection(C.bad().next())).toBeInstanceOf(CloneError);
  expect(await C.ended()).toBe(true);
});

it("replaces a web worker whose aborted stream does not end, though its reader reads on", async () => {
  const C = await threads({ graceMs: 50, timeoutMs: Number.POSITIVE_INFINITY }).register({
    *stuck() {
      for (let number = 0; number < 15; number++) yield number;
      for (;;);
    },
    one: () => 1,
  });
  const controller = new AbortController();
  const stream = C.stuck.with({ signal: controller.signal })();
  await stream.next();
  await new Promise((resolve) => setTimeout(resolve, 50));
  controller.abort(new Error("aborted"));
  const reading = rejection(
    (async () => {
      for await (const item of stream) void item;
    })(),
  );
  expect(await C.one()).toBe(1);
  expect((await reading).message).toBe("aborted");
});

it("limits a call that cannot begin, whatever keeps it from that", async () => {
  const C = await threads({ graceMs: 50 }).register({
    wait: () => new Promise(() => {}),
    blocksLater() {
      setTimeout(() => {
        for (;;);
      }, 10);
    },
    one: () => 1,
  });
  const waits = rejection(C.wait());
  await C.blocksLater();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await rejection(C.one.with({ timeoutMs: 200 })())).toBeInstanceOf(CallTimeoutError);
  expect((await waits).name).toBe("WorkerLostError");
  expect(await C.one()).toBe(1);
});

it("limits a call that begins in another web worker than it was posted to at first", async () => {
  const C = await threads({ graceMs: 50 }).register({
    wait: () => new Promise(() => {}),
    diesLater() {
      setTimeout(() => {
        const end = Date.now() + 200;
        while (Date.now() < end);
        process.exit(1);
      }, 10);
    },
    spin() {
      for (;;);
    },
  });
  const waits = rejection(C.wait());
  await C.diesLater();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const spins = rejection(C.spin.with({ timeoutMs: 400 })());
  expect((await waits).name).toBe("WorkerLostError");
  expect(await spins).toBeInstanceOf(CallTimeoutError);
});

it("does not blame a call for what another one has not caught", async () => {
  const C = threads();
  C.registerFunctions({ waits: (resolve) => setTimeout(resolve, 100, "fine") });
  C.register({
    async strays() {
      void Promise.reject(new Error("stray"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
  const waits = C.waits?.();
  await C.strays?.();
  expect(await waits).toBe("fine");
});
