import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Questions } from "./questions.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => void vi.useRealTimers());

describe("a question", () => {
  it("gets the answer that bears its reference, in whatever order they come", async () => {
    const questions = new Questions<string>();
    const references: number[] = [];
    const [one, two] = [1, 2].map(() => questions.ask(1_000, (reference) => void references.push(reference)));
    const [first, second] = references as [number, number];
    expect(first).not.toBe(second);
    questions.answer(second, "two");
    questions.answer(first, "one");
    expect(await Promise.all([one, two])).toEqual(["one", "two"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("may be answered while it is being asked", async () => {
    const questions = new Questions<string>();
    expect(await questions.ask(1_000, (reference) => questions.answer(reference, "at once"))).toBe("at once");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gets none when its time is over, and one that is late goes nowhere", async () => {
    const questions = new Questions<string>();
    const references: number[] = [];
    const told: unknown[] = [];
    const ask = () => questions.ask(1_000, (reference) => void references.push(reference));
    void ask().then((answer) => told.push(answer));
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([undefined]);
    const next = ask();
    questions.answer(references[0] ?? 0, "late");
    questions.answer(references[1] ?? 0, "in time");
    expect(await next).toBe("in time");
    expect(told).toEqual([undefined]);
  });

  it("gets none when there will be none any more; those that follow are asked as before", async () => {
    const questions = new Questions<string>();
    const open = [1, 2].map(() => questions.ask(1_000, () => undefined));
    questions.giveUp();
    expect(await Promise.all(open)).toEqual([undefined, undefined]);
    expect(vi.getTimerCount()).toBe(0);
    expect(await questions.ask(1_000, (reference) => questions.answer(reference, "new"))).toBe("new");
  });
});
