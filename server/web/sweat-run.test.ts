import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../../client/index.ts";
import { pause } from "./pause.ts";
import { type SweatCalls, type SweatPlan, SweatRun } from "./sweat-run.ts";

const PLAN: SweatPlan = { baselineMs: 1_000, sweatMs: 2_000, lightEveryMs: 100, heavyCalls: 3 };
const LIGHT_MS = 5;
const HEAVY_MS = 70;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Answers after a time, or rejects as soon as the signal aborts: as a client does. */
function answerAfter(ms: number): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    await pause(ms, signal);
    signal.throwIfAborted();
  };
}

function start(calls: Partial<SweatCalls> = {}, plan: Partial<SweatPlan> = {}): SweatRun {
  const all = { light: answerAfter(LIGHT_MS), heavy: answerAfter(HEAVY_MS), ...calls };
  return new SweatRun(all, { ...PLAN, ...plan });
}

describe("a run", () => {
  it("times light calls in peace first", async () => {
    const run = start();
    await vi.advanceTimersByTimeAsync(950);
    expect([run.stage, run.hashes, run.inFlight, run.sweatStartMs, run.sweatedMs]).toEqual([
      "baseline",
      0,
      0,
      undefined,
      undefined,
    ]);
    expect(run.samples).toHaveLength(9);
    expect(run.samples[0]).toEqual({ atMs: 100, tookMs: LIGHT_MS, sweating: false });
    run.stop();
  });

  it("keeps a number of heavy calls in flight then, and goes on timing light ones", async () => {
    const run = start();
    await vi.advanceTimersByTimeAsync(1_000 + 10 * HEAVY_MS);
    expect([run.stage, run.hashes, run.inFlight]).toEqual(["sweating", 30, 3]);
    expect([run.sweatStartMs, run.sweatedMs]).toEqual([1_000, 10 * HEAVY_MS]);
    const sweating = run.samples.filter((sample) => sample.sweating);
    expect(sweating.map(({ atMs }) => atMs)).toEqual([1_100, 1_200, 1_300, 1_400, 1_500, 1_600]);
    run.stop();
  });

  it("ends by itself, with nothing in flight and no timer left", async () => {
    const run = start();
    await vi.advanceTimersByTimeAsync(3_000);
    await run.done;
    expect([run.stage, run.end, run.inFlight, run.sweatedMs]).toEqual(["done", "time", 0, 2_000]);
    expect(vi.getTimerCount()).toBe(0);
    expect(run.errors.size).toBe(0);
  });

  it("cancels all its calls at once when it is stopped, and counts none of them as failed", async () => {
    const run = start({ heavy: answerAfter(60_000), light: answerAfter(60_000) }, { lightEveryMs: 500 });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(run.inFlight).toBe(3);
    run.stop();
    await run.done;
    expect([run.end, run.inFlight, run.hashes, run.errors.size, run.lightFailures]).toEqual(["stopped", 0, 0, 0, 0]);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(run.sweatedMs).toBe(500);
  });

  it("makes no heavy call where it is stopped before", async () => {
    const heavy = vi.fn(answerAfter(HEAVY_MS));
    const run = start({ heavy });
    await vi.advanceTimersByTimeAsync(500);
    run.stop("lost");
    run.stop();
    await run.done;
    expect([run.end, run.sweatedMs, vi.getTimerCount()]).toEqual(["lost", undefined, 0]);
    expect(heavy).not.toHaveBeenCalled();
  });

  it("sends light calls by the clock, so that a stall shows in each of them", async () => {
    const stallEnds = performance.now() + 600;
    const light = (signal: AbortSignal) => answerAfter(Math.max(LIGHT_MS, stallEnds - performance.now()))(signal);
    const run = start({ light });
    await vi.advanceTimersByTimeAsync(700);
    expect(run.samples.map(({ tookMs }) => tookMs)).toEqual([500, 400, 300, 200, 100, LIGHT_MS]);
    run.stop();
  });

  it("counts light calls that fail, and goes on", async () => {
    const light = vi.fn(answerAfter(LIGHT_MS)).mockRejectedValueOnce(new AppError("TIMEOUT"));
    const run = start({ light });
    await vi.advanceTimersByTimeAsync(350);
    expect([run.lightFailures, run.samples.length]).toEqual([1, 3]);
    run.stop();
  });
});

describe("heavy calls that fail", () => {
  /** The moments of the heavy calls of one run that is refused, in milliseconds after the first. */
  async function moments(error: unknown, plan = { ...PLAN, heavyCalls: 1 }): Promise<[SweatRun, number[]]> {
    const times: number[] = [];
    const heavy = async () => {
      times.push(performance.now());
      throw error;
    };
    const run = new SweatRun({ light: answerAfter(LIGHT_MS), heavy }, plan);
    await vi.advanceTimersByTimeAsync(3_000);
    await run.done;
    return [run, times.map((time) => time - (times[0] ?? 0))];
  }

  it("are counted by code, and wait as long as an overloaded server asks", async () => {
    const [run, times] = await moments(new AppError("OVERLOADED", "Full.", { retryAfterMs: 800 }));
    expect(times).toEqual([0, 800, 1_600]);
    expect([...run.errors]).toEqual([["OVERLOADED", 3]]);
    expect([run.hashes, run.inFlight]).toEqual([0, 0]);
  });

  it("pause for a moment where nothing is asked for", async () => {
    const [run, times] = await moments(new TypeError("odd"));
    expect(times).toEqual([0, 500, 1_000, 1_500]);
    expect([...run.errors]).toEqual([["TypeError", 4]]);
  });

  it("neither go round without a pause nor outlast the run, whatever is asked for", async () => {
    const [, often] = await moments(new AppError("OVERLOADED", "Full.", { retryAfterMs: 0 }));
    expect(often.length).toBeLessThanOrEqual(100);
    const [, once] = await moments(new AppError("OVERLOADED", "Full.", { retryAfterMs: 2 ** 40 }));
    expect(once).toEqual([0]);
    const [, odd] = await moments(new AppError("OVERLOADED", "Full.", { retryAfterMs: "soon" }));
    expect(odd).toEqual([0, 500, 1_000, 1_500]);
  });

  it("are not in flight while they wait, and others are", async () => {
    const heavy = vi
      .fn(answerAfter(60_000))
      .mockRejectedValueOnce(new AppError("OVERLOADED", "Full.", { retryAfterMs: 300 }));
    const run = start({ heavy });
    await vi.advanceTimersByTimeAsync(1_100);
    expect(run.inFlight).toBe(2);
    await vi.advanceTimersByTimeAsync(300);
    expect(run.inFlight).toBe(3);
    run.stop();
  });
});
