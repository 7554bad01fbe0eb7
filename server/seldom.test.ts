import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seldom } from "./seldom.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("does something at once, and not again before a while is over", () => {
  const said: string[] = [];
  const say = seldom((text: string) => said.push(text));
  say("first");
  say("second");
  vi.advanceTimersByTime(9_999);
  say("third");
  expect(said).toEqual(["first"]);
  vi.advanceTimersByTime(1);
  say("fourth");
  expect(said).toEqual(["first", "fourth"]);
  // since then, not since the first
  vi.advanceTimersByTime(9_999);
  say("fifth");
  expect(said).toEqual(["first", "fourth"]);
});
