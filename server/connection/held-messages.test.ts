import { expect, it } from "vitest";
import { HeldMessages } from "./held-messages.ts";

const MEGABYTE = 1_048_576;

it("frames are held as copies, as the transport's bytes are good for a moment only", () => {
  const held = new HeldMessages();
  const bytes = new Uint8Array([1, 2, 3]);
  held.add(bytes.buffer, true);
  held.add(new ArrayBuffer(0), false);
  bytes.fill(0);
  expect(held.frames.map((frame) => [[...new Uint8Array(frame.bytes)], frame.binary])).toEqual([
    [[1, 2, 3], true],
    [[], false],
  ]);
});

it("16 MiB of frames are held at most, and none of those that come then", () => {
  const held = new HeldMessages();
  const added = Array.from({ length: 20 }, () => held.add(new ArrayBuffer(MEGABYTE), true));
  expect(added.lastIndexOf(true)).toBe(14);
  expect(held.add(new ArrayBuffer(0), true)).toBe(false);
  expect(held.frames).toHaveLength(15);
});

it("frames without content count as well", () => {
  const held = new HeldMessages();
  const empty = new ArrayBuffer(0);
  let count = 0;
  while (count < 1_000_000 && held.add(empty, true)) count++;
  expect(count).toBeLessThan(100_000);
});
