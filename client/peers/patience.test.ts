import { beforeEach, expect, it, vi } from "vitest";
import { useFakeTime } from "../test/setup.ts";
import { Patience } from "./patience.ts";

useFakeTime();

let patience: Patience;
beforeEach(() => {
  patience = new Patience(1_500);
});

it("runs out after its time", () => {
  vi.advanceTimersByTime(1_000);
  expect(patience.look()).toBe(false);
  vi.advanceTimersByTime(500);
  expect(patience.look()).toBe(true);
});

it("does not count what the machine slept", () => {
  vi.advanceTimersByTime(1_000);
  expect(patience.look()).toBe(false);
  vi.advanceTimersByTime(3_600_000);
  expect(patience.look()).toBe(false);
  vi.advanceTimersByTime(500);
  expect(patience.look()).toBe(true);
});

it("can be had anew", () => {
  vi.advanceTimersByTime(2_000);
  expect(patience.look()).toBe(true);
  patience.renew(10);
  expect(patience.look()).toBe(false);
});
