import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Deadlines, type Timed } from "./deadlines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function timed(inMs: number): Timed & { expirations: number } {
  return {
    deadline: performance.now() + inMs,
    expirations: 0,
    expired() {
      this.expirations++;
    },
  };
}

it("what is over expires once, a tick late at most; what is not, does not", () => {
  const deadlines = new Deadlines();
  const [soon, later, never] = [timed(100), timed(500), timed(Number.POSITIVE_INFINITY)];
  for (const one of [soon, later, never]) deadlines.add(one);
  vi.advanceTimersByTime(99);
  expect(soon.expirations).toBe(0);
  vi.advanceTimersByTime(21);
  expect([soon, later, never].map(({ expirations }) => expirations)).toEqual([1, 0, 0]);
  vi.advanceTimersByTime(10_000);
  expect([soon, later, never].map(({ expirations }) => expirations)).toEqual([1, 1, 0]);
  expect(deadlines.size).toBe(1);
});

it("what is taken back, or put off, does not expire", () => {
  const deadlines = new Deadlines();
  const [back, off] = [timed(50), timed(50)];
  for (const one of [back, off]) deadlines.add(one);
  deadlines.delete(back);
  off.deadline += 1_000;
  vi.advanceTimersByTime(500);
  expect([back.expirations, off.expirations]).toEqual([0, 0]);
  vi.advanceTimersByTime(1_000);
  expect([back.expirations, off.expirations]).toEqual([0, 1]);
});

it("the clock runs only while there is something to watch, and starts again", () => {
  const deadlines = new Deadlines();
  expect(vi.getTimerCount()).toBe(0);
  const first = timed(10);
  deadlines.add(first);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
  const second = timed(10);
  deadlines.add(second);
  vi.advanceTimersByTime(100);
  expect([first.expirations, second.expirations]).toEqual([1, 1]);
});

it("closed, it watches nothing any more", () => {
  const deadlines = new Deadlines();
  const one = timed(10);
  deadlines.add(one);
  deadlines.close();
  vi.advanceTimersByTime(1_000);
  expect([one.expirations, deadlines.size, vi.getTimerCount()]).toEqual([0, 0, 0]);
});

it("however many wait, a tick looks at 20,000 of them, and all have their turn", () => {
  const deadlines = new Deadlines();
  let looks = 0;
  for (let count = 0; count < 100_000; count++) {
    deadlines.add({
      get deadline() {
        looks++;
        return Number.POSITIVE_INFINITY;
      },
      expired: () => undefined,
    });
  }
  const last = timed(10);
  deadlines.add(last);
  vi.advanceTimersByTime(20);
  expect(looks).toBe(20_000);
  expect(last.expirations).toBe(0);
  vi.advanceTimersByTime(100);
  expect(last.expirations).toBe(1);
  // from the front again, and with who came meanwhile
  const late = timed(10);
  deadlines.add(late);
  vi.advanceTimersByTime(240);
  expect(late.expirations).toBe(1);
});
