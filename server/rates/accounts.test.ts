import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RateDesk } from "../primary/rate-desk.ts";
import { limitPer, perSecond } from "./rate.ts";
import { type DeskWorker, joinDesk } from "./test/desk-workers.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const WORKERS = 4;
/** 1,000 at once, and 100 a second. */
const RATE = perSecond(100, 10_000);
const STEP_MS = 10;

function setup(workers = WORKERS) {
  vi.advanceTimersByTime(1_000);
  const desk = new RateDesk();
  return { desk, workers: joinDesk(desk, workers) };
}

/** Somebody with a connection at each of these asks for so many a step, for a while. @returns how many were let through */
function press(workers: readonly DeskWorker[], perStep: number, forMs: number): number {
  const rates = workers.map(({ accounts }) => accounts.rate(accounts.enter("uann"), "requests", RATE));
  let through = 0;
  for (let elapsed = 0; elapsed < forMs; elapsed += STEP_MS) {
    for (const rate of rates) {
      for (let count = 0; count < perStep; count++) if (rate.take(performance.now()) === 0) through++;
    }
    vi.advanceTimersByTime(STEP_MS);
  }
  return through;
}

describe("what one user does at several socket workers", () => {
  it("is limited for all of them together, but for what comes within 20 ms and a sixteenth", () => {
    const { workers } = setup();
    const perStep = 20;
    const seconds = 30;
    const through = press(workers, perStep, seconds * 1_000);
    const allowed = 1_000 + 100 * seconds;
    const unseen = WORKERS * perStep * 3;
    expect(through).toBeGreaterThan(allowed * 0.95);
    expect(through).toBeLessThan(allowed * (1 + 1 / 16) + unseen + WORKERS);
  });

  it("is never more at one of them than the whole rate, whatever the others do", () => {
    const { workers } = setup();
    const [worker] = workers;
    if (worker === undefined) throw new Error("There is none.");
    const rate = worker.accounts.rate(worker.accounts.enter("uann"), "requests", RATE);
    const through = Array.from({ length: 5_000 }, () => rate.take(performance.now())).filter((wait) => wait === 0);
    expect(through).toHaveLength(1_000);
  });

  it("is not told of where it is little: a sixteenth of the rate in all", () => {
    const { workers } = setup();
    // 4 a second, where 100 are allowed
    for (let second = 0; second < 60; second++) {
      press(workers, 1, STEP_MS);
      vi.advanceTimersByTime(1_000);
    }
    expect(workers.map(({ frames }) => frames())).toEqual([0, 0, 0, 0]);
  });

  it("is told of in few words where it is much", () => {
    const { workers } = setup();
    press(workers, 5, 2_000);
    for (const { frames } of workers) expect(frames()).toBeLessThanOrEqual(2_000 / 20 + 1);
  });

  it("goes on where the process dies that did most of it, and is not forgotten with it", () => {
    const { desk, workers } = setup();
    const [first, second] = workers as [DeskWorker, DeskWorker];
    press([first], 100, 200);
    first.kill();
    expect(desk.store.size).toBe(1);
    // the next process has seen nothing, but hears of it
    expect(press([second], 20, 200)).toBeLessThan(200);
    vi.advanceTimersByTime(15_000);
    expect(press([second], 1, 1_000)).toBe(100);
  });

  it("keeps nobody waiting for longer than it takes until all is there again", () => {
    const { workers } = setup();
    press(workers, 1_000, 500);
    vi.advanceTimersByTime(10_000);
    expect(press(workers.slice(0, 1), 1, 100)).toBe(10);
  });
});

describe("a socket worker remembers who was there", () => {
  it("until all of the rate is there again, and no longer", () => {
    const { workers } = setup();
    const [{ accounts }] = workers as [DeskWorker];
    const account = accounts.enter("uann");
    for (let count = 0; count < 500; count++) accounts.rate(account, "requests", RATE).take(performance.now());
    accounts.leave(account);
    expect(accounts.size).toBe(1);
    vi.advanceTimersByTime(3_000);
    expect(accounts.enter("uann")).toBe(account);
    accounts.leave(account);
    vi.advanceTimersByTime(3_000);
    expect(accounts.size).toBe(0);
  });

  it("not at all where there is nothing to remember", () => {
    const { workers } = setup();
    const [{ accounts }] = workers as [DeskWorker];
    for (let count = 0; count < 100; count++) accounts.leave(accounts.enter(`i10.0.0.${count}`));
    expect(accounts.size).toBe(0);
  });

  it("as long as there are not too many", () => {
    const { workers } = setup();
    const [{ accounts }] = workers as [DeskWorker];
    for (let count = 0; count < 12_000; count++) {
      const account = accounts.enter(`i2001:db8:0:${count.toString(16)}`);
      accounts.rate(account, "requests", RATE).take(performance.now());
      accounts.leave(account);
    }
    expect(accounts.size).toBe(10_000);
  });
});

describe("what is asked of the primary", () => {
  const LOGIN = limitPer(5, 60_000);

  it("is exact, at whatever worker, and to the millisecond", () => {
    const { workers } = setup();
    const waits: number[] = [];
    const ask = () => {
      for (const { accounts } of workers) {
        const shared = accounts.rate(accounts.enter("i192.0.2.7"), "call login", LOGIN);
        accounts.ask(shared, (_, wait) => waits.push(wait));
      }
    };
    for (let times = 0; times < 3; times++) ask();
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    expect(new Set(waits)).toEqual(new Set([0, 12_000]));
    vi.advanceTimersByTime(11_999);
    ask();
    expect(waits.slice(-WORKERS)).toEqual([1, 1, 1, 1]);
    vi.advanceTimersByTime(1);
    ask();
    expect(waits.slice(-WORKERS)).toEqual([0, 12_000, 12_000, 12_000]);
  });
});
