import { expect, it } from "vitest";
import { Backlog } from "./backlog.ts";

const MEGABYTE = 1_048_576;

/** What frames are left, as numbers. */
function rest(backlog: Backlog): number[][] {
  const frames: number[][] = [];
  for (let frame = backlog.takeFrame(); frame !== undefined; frame = backlog.takeFrame()) frames.push([...frame.bytes]);
  return frames;
}

it("frames wait as copies, as the transport's bytes are good for a moment only", () => {
  const backlog = new Backlog();
  const bytes = new Uint8Array([1, 2, 3]);
  backlog.add(bytes.buffer, true, MEGABYTE);
  backlog.add(new ArrayBuffer(0), false, MEGABYTE);
  bytes.fill(0);
  expect(backlog.takeFrame()).toEqual({ bytes: Buffer.of(1, 2, 3), binary: true });
  expect(backlog.takeFrame()).toEqual({ bytes: Buffer.of(), binary: false });
  expect(backlog.takeFrame()).toBeUndefined();
});

it("no more wait than may, and none of those that come then", () => {
  const backlog = new Backlog();
  const added = Array.from({ length: 20 }, () => backlog.add(new ArrayBuffer(MEGABYTE), true, 16 * MEGABYTE));
  expect(added.lastIndexOf(true)).toBe(14);
  expect(backlog.add(new ArrayBuffer(MEGABYTE), true, 16 * MEGABYTE)).toBe(false);
  expect(rest(backlog)).toHaveLength(15);
});

it("frames without content count as well", () => {
  const backlog = new Backlog();
  const empty = new ArrayBuffer(0);
  let count = 0;
  while (count < 1_000_000 && backlog.add(empty, true, 16 * MEGABYTE)) count++;
  expect(count).toBeLessThan(100_000);
  expect(rest(backlog)).toHaveLength(count);
  expect(backlog.bytes).toBe(0);
});

it("frames leave in their order, whatever comes meanwhile, and make room for others", () => {
  const backlog = new Backlog();
  const left: number[] = [];
  for (let number = 0; number < 200; number++) {
    expect(backlog.add(Uint8Array.of(number).buffer, true, 10_000)).toBe(true);
    if (number % 10 > 0) left.push(...(backlog.takeFrame()?.bytes ?? []));
  }
  left.push(...rest(backlog).flat());
  expect(left).toEqual(Array.from({ length: 200 }, (_, number) => number));
  expect(backlog.empty).toBe(true);
});

it("the rest of a batch is part of it, and taken once", () => {
  const backlog = new Backlog();
  backlog.putBack({ messages: [1, 2, 3], from: 1 });
  expect(backlog.empty).toBe(false);
  expect(backlog.takeBatch()).toEqual({ messages: [1, 2, 3], from: 1 });
  expect(backlog.takeBatch()).toBeUndefined();
  expect(backlog.empty).toBe(true);
});
