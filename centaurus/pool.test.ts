import { expect, it, onTestFinished, vi } from "vitest";
import { TerminatedError, WorkerLostError } from "./errors.ts";
import { rejection, script, threads } from "./test/threads.ts";

const FUNCTIONS = {
  me: () => {
    const scope = globalThis as unknown as { me?: number };
    scope.me ??= Math.random();
    return scope.me;
  },
  work(ms: number) {
    const end = Date.now() + ms;
    while (Date.now() < end);
    const scope = globalThis as unknown as { me?: number };
    scope.me ??= Math.random();
    return scope.me;
  },
  wait: (ms: number) =>
    new Promise<number>((resolve) => {
      const scope = globalThis as unknown as { me?: number };
      scope.me ??= Math.random();
      setTimeout(resolve, ms, scope.me);
    }),
  spin() {
    for (;;);
  },
  ends: () => process.exit(1),
};

it("starts web workers as they are needed, and gives each a call at a time", async () => {
  const C = threads({ workers: 3 });
  expect(C.stats()).toEqual({ workers: [undefined, undefined, undefined], unanswered: 0 });
  const P = await C.register(FUNCTIONS);
  expect(P.stats().workers).toEqual([0, undefined, undefined]);
  const ran = new Set<number>();
  // one that starts slowly may find that the others have done its first calls
  while (ran.size < 3) {
    const calls = Array.from({ length: 9 }, () => P.wait(50));
    expect(P.stats().unanswered).toBe(9);
    for (const worker of await Promise.all(calls)) ran.add(worker);
  }
  expect(P.stats()).toEqual({ workers: [0, 0, 0], unanswered: 0 });
});

it("gives a call to the one that is free", async () => {
  const P = await threads({ workers: 2 }).register(FUNCTIONS);
  await P.warmUp();
  const busy = P.wait(1_000);
  const others = [await P.me(), await P.me(), await P.me()];
  const one = await busy;
  expect(new Set(others).size).toBe(1);
  expect(others).not.toContain(one);
});

it("takes as many calls in one web worker as it is told", async () => {
  const P = await threads({ workers: 2, concurrency: 2 }).register(FUNCTIONS);
  await P.warmUp();
  const calls = [P.wait(50), P.wait(50), P.wait(50), P.wait(50), P.wait(50)];
  expect(P.stats()).toEqual({ workers: [2, 2], unanswered: 5 });
  await Promise.all(calls);
});

it("has scripts and functions in all of them, those to come included", async () => {
  const P = threads({ workers: 3 });
  P.loadScripts(script("var loaded = 'loaded';"));
  P.register({ loaded: () => (globalThis as unknown as { loaded?: string }).loaded });
  expect(await P.loaded?.all()).toEqual(["loaded", "loaded", "loaded"]);
  await P.register({ later: () => "later" });
  expect(await P.later?.all()).toEqual(["later", "later", "later"]);
});

it("calls one of them, and all of them", async () => {
  const P = await threads({ workers: 3 }).register(FUNCTIONS);
  const [first, second, third] = await P.me.all();
  expect(new Set([first, second, third]).size).toBe(3);
  expect(await P.me.on(1)()).toBe(second);
  expect(await P.me.on(2).with({ timeoutMs: 1_000 })()).toBe(third);
  expect(await Promise.all([P.wait.on(0)(30), P.wait.on(0)(30)])).toEqual([first, first]);
  expect((await rejection(P.me.on(3)())).message).toBe("There are web workers 0 to 2.");
  expect(await rejection(P.me.on(-1)())).toBeInstanceOf(RangeError);
});

it("waits until they are warm", async () => {
  const P = threads({ workers: 4 });
  await P.warmUp(2);
  expect(P.stats().workers).toEqual([0, 0, undefined, undefined]);
  await P.warmUp();
  expect(P.stats().workers).toEqual([0, 0, 0, 0]);
});

it.each([
  [0, 1],
  [-1, 1],
  [2.5, 2],
  [Number.NaN, 3],
])("makes of %s workers %s, as hardwareConcurrency may be anything", (workers, made) => {
  expect(threads({ workers }).stats().workers.length).toBe(made);
});

it("leaves the others alone where one is replaced", async () => {
  const P = await threads({ workers: 2, graceMs: 30 }).register(FUNCTIONS);
  const other = P.wait.on(0)(400);
  const stuck = rejection(P.spin.on(1).with({ timeoutMs: 30 })());
  const queued = P.me.on(1)();
  expect((await stuck).name).toBe("CallTimeoutError");
  expect(await queued).not.toBe(await other);
});

it("rejects the call in a web worker that dies, and goes on with the others", async () => {
  const P = await threads({ workers: 2 }).register(FUNCTIONS);
  const other = P.wait.on(0)(200);
  const calls = [rejection(P.ends.on(1)()), P.me.on(1)(), P.me.on(1)()];
  const error = await calls[0];
  expect(error).toBeInstanceOf(WorkerLostError);
  expect(typeof (await calls[1])).toBe("number");
  expect(await calls[2]).toBe(await calls[1]);
  await other;
});

it("ends web workers that have nothing to do, but one", async () => {
  const P = await threads({ workers: 3, idleMs: 100 }).register(FUNCTIONS);
  await P.warmUp();
  await vi.waitFor(() => expect(P.stats().workers.filter((load) => load !== undefined)).toEqual([0]), 5_000);
  expect(await P.me.all()).toHaveLength(3);
});

it("rejects everything when it is terminated, and whatever comes later", async () => {
  const P = await threads({ workers: 2 }).register(FUNCTIONS);
  const calls = Array.from({ length: 5 }, () => rejection(P.spin()));
  const warm = rejection(P.warmUp());
  P.terminate();
  for (const error of await Promise.all([...calls, warm])) expect(error).toBeInstanceOf(TerminatedError);
  for (const later of [P.me(), P.register({}), P.loadScripts("x.js"), P.warmUp()]) {
    expect(await rejection(later)).toBeInstanceOf(TerminatedError);
  }
  expect(P.stats()).toEqual({ workers: [undefined, undefined], unanswered: 0 });
  P.terminate();
});

it("closes when what there is has been answered", async () => {
  const P = await threads({ workers: 2 }).register(FUNCTIONS);
  const calls = [P.wait(50), P.wait(50), P.wait(50)];
  const closed = P.close();
  expect(await rejection(P.me())).toBeInstanceOf(TerminatedError);
  await closed;
  expect(await Promise.all(calls)).toHaveLength(3);
  expect(P.stats().workers).toEqual([undefined, undefined]);
});

it("ends where its scope does", async () => {
  const seen: { stats(): { workers: readonly unknown[] } }[] = [];
  {
    using now = threads();
    await now.register(FUNCTIONS);
    seen.push(now);
    await using later = threads();
    seen.push(later);
    void later.register(FUNCTIONS);
    onTestFinished(() => later.terminate());
  }
  for (const one of seen) expect(one.stats().workers).toEqual([undefined]);
});
