import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Due, DueSeconds } from "./due-seconds.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Item extends Due<Item> {
  readonly name: string;
}

function setup(then?: (item: Item, due: DueSeconds<Item>) => void) {
  const told: [name: string, time: number][] = [];
  const due: DueSeconds<Item> = new DueSeconds((item) => {
    told.push([item.name, performance.now()]);
    then?.(item, due);
  });
  const item = (name: string): Item => ({ name, noted: undefined });
  return { due, told, item };
}

describe("what is due", () => {
  it("is told once, when its time has come and within two seconds after", () => {
    const { due, told, item } = setup();
    const now = performance.now();
    for (const ms of [0, 1, 999, 1_000, 5_432, 100_000]) due.note(item(`${ms}`), now + ms);
    vi.advanceTimersByTime(200_000);
    expect(told.map(([name]) => name)).toEqual(["0", "1", "999", "1000", "5432", "100000"]);
    for (const [name, time] of told) {
      expect(time - now).toBeGreaterThanOrEqual(Number(name));
      expect(time - now).toBeLessThanOrEqual(Number(name) + 2_000);
    }
  });

  it("is not told once it was taken back, and stays where it was noted first", () => {
    const { due, told, item } = setup();
    const [gone, early] = [item("gone"), item("early")];
    due.note(gone, performance.now() + 1_000);
    due.takeBack(gone);
    due.note(early, performance.now() + 1_000);
    due.note(early, performance.now() + 60_000);
    vi.advanceTimersByTime(4_000);
    expect(told.map(([name]) => name)).toEqual(["early"]);
  });

  it("may be noted again while it is told, however late that is", () => {
    const { due, told, item } = setup((one, all) => {
      if (told.length < 3) all.note(one, performance.now() - 500);
    });
    due.note(item("again"), performance.now());
    vi.advanceTimersByTime(10_000);
    expect(told).toHaveLength(3);
  });

  it("leaves no clock running when there is nothing", () => {
    const { due, item } = setup();
    const one = item("one");
    due.note(one, performance.now() + 1_000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect(vi.getTimerCount()).toBe(0);
    due.note(one, performance.now() + 1_000);
    due.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
