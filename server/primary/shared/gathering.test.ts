import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Gathering } from "./gathering.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function ask(gathering: Gathering, hosts: readonly string[]) {
  const asked = { number: 0, sums: [] as number[] };
  gathering.ask(
    hosts,
    (number) => {
      asked.number = number;
    },
    (sum) => void asked.sums.push(sum),
  );
  return asked;
}

it("adds up what hosts answer, and is done with the last of them", () => {
  const gathering = new Gathering(2_000);
  const [one, other] = [ask(gathering, ["a", "b"]), ask(gathering, ["a"])];
  gathering.answered(one.number, "a", 2);
  gathering.answered(other.number, "a", 10);
  expect([one.sums, other.sums]).toEqual([[], [10]]);
  gathering.answered(one.number, "b", 3);
  gathering.answered(one.number, "b", 3);
  expect([one.sums, vi.getTimerCount()]).toEqual([[5], 0]);
});

it("does not wait for ever for those that do not answer, nor for anybody where there is nobody", () => {
  const gathering = new Gathering(2_000);
  const asked = ask(gathering, ["a", "b"]);
  gathering.answered(asked.number, "a", 2);
  vi.advanceTimersByTime(1_999);
  expect(asked.sums).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(asked.sums).toEqual([2]);
  expect(ask(gathering, []).sums).toEqual([0]);
  const left = ask(gathering, ["a"]);
  gathering.close();
  expect([left.sums, vi.getTimerCount()]).toEqual([[0], 0]);
});
