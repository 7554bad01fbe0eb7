import { describe, expect, it, vi } from "vitest";
import type { Generation } from "./generation.ts";
import { Rollout } from "./rollout.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Socket workers that are replaced when the test says so. */
function start(numbers: number[] = [1, 2]) {
  const generations = new Map<number, Generation | undefined>(numbers.map((number) => [number, undefined]));
  const steps: { number: number; serves: () => void; fails: (why: string) => void }[] = [];
  const dead = new Set<number>();
  const [begin, proven, ended, release] = [vi.fn(() => ({}) as Generation), vi.fn(), vi.fn(), vi.fn()];
  const log = { info: vi.fn(), error: vi.fn() };
  const rollout = new Rollout({
    workers: {
      get numbers() {
        return numbers;
      },
      get serving() {
        return numbers.filter((number) => !dead.has(number)).map((number) => ({ number }) as WorkerProcess);
      },
      generationOf: (number) => generations.get(number),
      replace: (number, generation) =>
        new Promise((resolve, reject) => {
          const serves = () => {
            generations.set(number, generation);
            resolve();
          };
          steps.push({ number, serves, fails: (why) => reject(new Error(why)) });
        }),
    },
    log,
    begin,
    hold: async () => release,
    proven,
    ended,
  });
  /** Lets what was said take effect. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const next = async (then: (step: (typeof steps)[number]) => void) => {
    await settle();
    const step = steps.shift();
    if (step !== undefined) then(step);
    await settle();
    return step?.number;
  };
  return { rollout, numbers, steps, dead, next, settle, begin, proven, ended, release, log };
}

describe("a rolling restart", () => {
  it("replaces one after the other, all by the same code, and holds the balance meanwhile", async () => {
    const { rollout, steps, next, begin, proven, ended, release } = start([1, 2, 3]);
    expect(rollout.request()).toBe("started");
    // the first one is not replaced yet, and nobody else begins
    expect(await next(() => expect(steps).toEqual([]))).toBe(1);
    expect(steps).toEqual([]);
    expect([begin.mock.calls.length, proven.mock.calls.length, rollout.running]).toEqual([1, 0, true]);
    expect([ended.mock.calls.length, release.mock.calls.length]).toEqual([0, 0]);
  });

  it("ends when all are replaced", async () => {
    const { rollout, next, proven, ended, release, log } = start([1, 2, 3]);
    rollout.request();
    for (const number of [1, 2, 3]) expect(await next(({ serves }) => serves())).toBe(number);
    expect([rollout.running, rollout.failure]).toEqual([false, undefined]);
    expect([proven.mock.calls.length, ended.mock.calls.length, release.mock.calls.length]).toEqual([3, 1, 1]);
    expect(log.info.mock.lastCall).toEqual([{ tookMs: expect.any(Number) }, "rolling restart: done"]);
  });

  it("ends at the first that cannot serve, and the next request begins anew", async () => {
    const { rollout, steps, next, log } = start();
    rollout.request();
    await next(({ serves }) => serves());
    await next(({ fails }) => fails("socket worker 2 cannot serve: no database"));
    expect([rollout.running, rollout.failure, steps.length]).toEqual([
      false,
      "socket worker 2 cannot serve: no database",
      0,
    ]);
    expect(log.error).toHaveBeenCalledTimes(1);
    expect(rollout.request()).toBe("started");
    expect(await next(({ serves }) => serves())).toBe(1);
    expect(rollout.failure).toBeUndefined();
  });

  it("ends where one served and died: those that serve are not taken away", async () => {
    const { rollout, dead, next } = start();
    rollout.request();
    dead.add(1);
    await next(({ serves }) => serves());
    expect([rollout.running, rollout.failure]).toEqual([false, "socket worker 1 served, and died"]);
  });

  it("is followed by exactly one more, with the code of then, however often that is asked for", async () => {
    const { rollout, next, begin, log } = start([1]);
    rollout.request();
    for (let count = 0; count < 3; count++) expect(rollout.request()).toBe("queued");
    expect(rollout.queued).toBe(true);
    await next(({ serves }) => serves());
    expect([rollout.running, rollout.queued, begin.mock.calls.length]).toEqual([true, false, 2]);
    await next(({ serves }) => serves());
    expect([rollout.running, begin.mock.calls.length]).toEqual([false, 2]);
    expect(
      log.info.mock.calls.filter(([text]) => text === "rolling restart: another one follows this one"),
    ).toHaveLength(1);
  });

  it("also replaces what was added meanwhile with the old code, and forgets what was removed", async () => {
    const { rollout, numbers, next } = start([1, 2]);
    rollout.request();
    await next(({ serves }) => {
      numbers.splice(0, 2, 1, 3);
      serves();
    });
    expect(await next(({ serves }) => serves())).toBe(3);
    expect(rollout.running).toBe(false);
  });

  it("begins nothing more once all ends, and accuses nobody", async () => {
    const { rollout, steps, next, log } = start();
    rollout.request();
    rollout.request();
    await next(({ fails }) => {
      rollout.close();
      fails("killed");
    });
    expect([rollout.running, steps.length, log.error.mock.calls.length]).toEqual([false, 0, 0]);
    const late = start();
    late.rollout.close();
    late.rollout.request();
    await late.settle();
    expect([late.steps.length, late.begin.mock.calls.length]).toEqual([0, 0]);
  });
});
