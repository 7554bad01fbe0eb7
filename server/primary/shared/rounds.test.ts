import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Rounds } from "./rounds.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create(count: number, steps: number) {
  const all = new Set(Array.from({ length: count }, (_, index) => index));
  const visited: number[] = [];
  const rounds = new Rounds({
    size: () => all.size,
    values: () => all.values(),
    visit: (value) => void visited.push(value),
    steps,
  });
  return { all, visited, rounds };
}

it("a round takes as many steps as it may, and the next one follows", () => {
  const { all, visited, rounds } = create(9, 3);
  vi.advanceTimersByTime(1_000);
  expect(visited).toEqual([0, 1, 2]);
  vi.advanceTimersByTime(2_000);
  expect(visited).toEqual([...all]);
  all.delete(1);
  vi.advanceTimersByTime(4_000);
  expect(visited.slice(9)).toEqual([...all]);
  rounds.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("what goes is passed over, and what comes is visited, though a round is under way", () => {
  const { all, visited, rounds } = create(4, 2);
  vi.advanceTimersByTime(1_000);
  all.delete(2);
  all.add(9);
  vi.advanceTimersByTime(1_000);
  expect(visited).toEqual([0, 1, 3, 9]);
  rounds.stop();
});

it("a round takes no more steps, however many there are", () => {
  const { all, visited, rounds } = create(200_000, 30);
  vi.advanceTimersByTime(30_000);
  expect(visited).toHaveLength(all.size);
  rounds.stop();
});

it("one that hurries takes a few seconds, however many there are", () => {
  const { all, visited, rounds } = create(200_000, 1_000);
  rounds.hurry();
  vi.advanceTimersByTime(5_000);
  expect(new Set(visited).size).toBe(all.size);
  rounds.stop();
});

it("one that hurries goes through all at once, but for what is too much for a step", () => {
  const { visited, rounds } = create(2_500, 100);
  vi.advanceTimersByTime(1_000);
  expect(visited).toHaveLength(25);
  rounds.hurry();
  expect(visited).toHaveLength(1_025);
  vi.advanceTimersByTime(200);
  expect(visited.slice(25)).toEqual(Array.from({ length: 2_500 }, (_, index) => index));
  rounds.stop();
  expect(vi.getTimerCount()).toBe(0);
});
