import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Feed } from "./feed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(tick = vi.fn(async () => undefined)) {
  const rested = vi.fn();
  const failed = vi.fn();
  return { feed: new Feed({ tick, rested, failed }), tick, rested, failed };
}

it("a feed does nothing until somebody watches, and once a second then", async () => {
  const { feed, tick } = start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tick).not.toHaveBeenCalled();
  feed.watch(true);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(tick).toHaveBeenCalledTimes(4);
});

it("a feed does nothing any more when nobody watches, until somebody does again", async () => {
  const { feed, tick, rested } = start();
  feed.watch(true);
  feed.watch(true);
  await vi.advanceTimersByTimeAsync(1_500);
  feed.watch(false);
  expect(rested).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tick).toHaveBeenCalledTimes(2);
  feed.watch(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(tick).toHaveBeenCalledTimes(3);
});

it("a tick that takes long is waited for, also where nobody watched meanwhile", async () => {
  let done = () => {};
  const tick = vi.fn(() => new Promise<undefined>((resolve) => (done = () => resolve(undefined))));
  const { feed } = start(tick);
  feed.watch(true);
  await vi.advanceTimersByTimeAsync(5_000);
  feed.watch(false);
  feed.watch(true);
  expect(tick).toHaveBeenCalledTimes(1);
  done();
  await vi.advanceTimersByTimeAsync(0);
  expect(tick).toHaveBeenCalledTimes(2);
});

it("a tick that fails is told of, and the next one comes", async () => {
  const { feed, tick, failed } = start(vi.fn(() => Promise.reject(new Error("no"))));
  feed.watch(true);
  await vi.advanceTimersByTimeAsync(2_500);
  expect([tick.mock.calls.length, failed.mock.calls.length]).toEqual([3, 3]);
});
