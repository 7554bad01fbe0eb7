import { expect, it } from "vitest";
import { CallTimeoutError, QueueFullError, WorkerLostError } from "./errors.ts";
import { rejection, threads } from "./test/threads.ts";
import type { CallScope } from "./types.ts";

const FUNCTIONS = {
  spin() {
    for (;;);
  },
  sleep: (ms: number) => new Promise<number>((resolve) => setTimeout(resolve, ms, ms)),
  never: () => new Promise<void>(() => {}),
  sum: (a: number, b: number) => a + b,
  me: () => {
    const scope = globalThis as unknown as { me?: number };
    scope.me ??= Math.random();
    return scope.me;
  },
  untilAborted(this: CallScope, what: string) {
    return new Promise<never>((_resolve, reject) => {
      this.signal.addEventListener("abort", () => reject(new Error(`${what}: ${this.signal.reason}`)));
    });
  },
  async cleansUp(this: CallScope) {
    const scope = globalThis as unknown as { cleaned?: unknown };
    try {
      await new Promise((_resolve, reject) => {
        this.signal.addEventListener("abort", () => reject(this.signal.reason));
      });
    } finally {
      scope.cleaned = this.signal.aborted;
    }
  },
  cleaned: () => (globalThis as unknown as { cleaned?: unknown }).cleaned,
};

it("rejects a call that takes too long, and replaces a web worker that does not stop", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  const before = await C.me();
  const error = await rejection(C.spin.with({ timeoutMs: 50 })());
  expect(error).toBeInstanceOf(CallTimeoutError);
  expect(error.message).toBe('"spin" took longer than 50 ms.');
  expect(await C.sum(1, 2)).toBe(3);
  expect(await C.me()).not.toBe(before);
});

it("runs what was behind a call that is stuck in another web worker", async () => {
  const C = await threads({ graceMs: 50 }).register(FUNCTIONS);
  const stuck = rejection(C.spin.with({ timeoutMs: 50 })());
  const others = Array.from({ length: 20 }, (_, index) => C.sum(index, 1));
  expect(await stuck).toBeInstanceOf(CallTimeoutError);
  expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

it("does not count the time that a call waits for others", async () => {
  const C = await threads({ concurrency: 1 }).register(FUNCTIONS);
  const first = C.sleep(300);
  expect(await C.sum.with({ timeoutMs: 200 })(1, 2)).toBe(3);
  expect(await first).toBe(300);
});

it("lets a function stop by itself, and keeps its web worker then", async () => {
  const C = await threads({ graceMs: 2_000 }).register(FUNCTIONS);
  const before = await C.me();
  const controller = new AbortController();
  const call = rejection(C.cleansUp.with({ signal: controller.signal })());
  await C.sum(0, 0);
  controller.abort(new Error("not wanted"));
  expect((await call).message).toBe("not wanted");
  expect(await C.cleaned()).toBe(true);
  expect(await C.me()).toBe(before);
});

it("tells the function of a timeout as well", async () => {
  const C = await threads({ graceMs: 2_000 }).register(FUNCTIONS);
  expect(await rejection(C.cleansUp.with({ timeoutMs: 20 })())).toBeInstanceOf(CallTimeoutError);
  expect(await C.cleaned()).toBe(true);
});

it("replaces a web worker whose function waits on, once the others in there are done", async () => {
  const C = await threads({ graceMs: 30 }).register(FUNCTIONS);
  const before = await C.me();
  const other = C.sleep(300);
  expect(await rejection(C.never.with({ timeoutMs: 30 })())).toBeInstanceOf(CallTimeoutError);
  expect(await other).toBe(300);
  expect(await C.me()).not.toBe(before);
});

it("does not take a call for stuck that waits for another one's work", async () => {
  const C = await threads({ graceMs: 20 }).register({
    ...FUNCTIONS,
    work(ms: number) {
      const end = Date.now() + ms;
      while (Date.now() < end);
      return "worked";
    },
  });
  const controller = new AbortController();
  const waits = rejection(C.untilAborted.with({ signal: controller.signal })("heard"));
  await C.sum(0, 0);
  const works = C.work(300);
  controller.abort("no use");
  expect(await waits).toBe("no use");
  expect(await works).toBe("worked");
});

it("forgets a call that is aborted before it was posted, and one whose signal has aborted already", async () => {
  const C = await threads({ concurrency: 1 }).register({ ...FUNCTIONS, log: (_text: string) => Math.random() });
  const controller = new AbortController();
  const first = C.sleep(50);
  const queued = rejection(C.spin.with({ signal: controller.signal })());
  controller.abort();
  expect((await queued).name).toBe("AbortError");
  expect(await rejection(C.spin.with({ signal: AbortSignal.abort("never") })())).toBe("never");
  expect(await first).toBe(50);
  expect(await C.sum(1, 1)).toBe(2);
});

it("rejects what had begun in a web worker that is replaced for another call's sake", async () => {
  const C = await threads({ graceMs: 20 }).register(FUNCTIONS);
  const waits = rejection(C.sleep(60_000));
  await C.sum(0, 0);
  expect(await rejection(C.spin.with({ timeoutMs: 20 })())).toBeInstanceOf(CallTimeoutError);
  const error = await waits;
  expect(error).toBeInstanceOf(WorkerLostError);
  expect(error.message).toContain('replaced, for "spin" did not stop');
});

it("begins the time anew with each progress", async () => {
  const C = await threads().register({
    async works(this: CallScope) {
      for (let part = 0; part < 5; part++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        this.progress(part);
      }
      return "done";
    },
  });
  expect(await C.works.with({ timeoutMs: 800 })()).toBe("done");
});

it("refuses calls beyond its limit, and serves on", async () => {
  const C = await threads({ queueLimit: 3 }).register(FUNCTIONS);
  const calls = [C.sleep(20), C.sleep(20), C.sleep(20)];
  const error = await rejection(C.sum(1, 1));
  expect(error).toBeInstanceOf(QueueFullError);
  expect(error.message).toBe("3 calls wait already.");
  await Promise.all(calls);
  expect(await C.sum(1, 1)).toBe(2);
});

it.each([{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { graceMs: -1 }, { queueLimit: 0 }, { concurrency: 0 }])(
  "refuses numbers that make no sense: %o",
  (options) => {
    expect(() => threads(options)).toThrow(RangeError);
  },
);

it("refuses a call's numbers that make no sense where they are said", async () => {
  const C = await threads().register(FUNCTIONS);
  expect(() => C.sum.with({ timeoutMs: -5 })).toThrow("timeoutMs cannot be -5.");
  expect(await C.sum.with({ timeoutMs: Number.POSITIVE_INFINITY })(1, 2)).toBe(3);
});
