import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Histories } from "./histories.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const BUDGET = 1_000_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

function publish(histories: Histories, channel: string, publisher?: string, length = 100): void {
  histories.publish(channel, 1_000, DAY_MS, Buffer.alloc(length), publisher);
}

/** How many of a channel's publications are kept. */
function kept(histories: Histories, channel: string): number {
  return histories.before(channel, undefined, 1_000).publications.length;
}

/** Twenty rooms, each of somebody else, with twenty publications. */
function rooms(histories: Histories, publisher = (room: number): string | undefined => `guest ${room}`): string[] {
  const names = Array.from({ length: 20 }, (_, room) => `room ${room}`);
  for (let times = 0; times < 20; times++) {
    for (const [room, name] of names.entries()) publish(histories, name, publisher(room));
  }
  return names;
}

const ALL = Array<number>(20).fill(20);

it("whoever publishes to very many channels pushes out what is his own, and nothing of others", () => {
  const histories = new Histories({ budget: BUDGET });
  const names = rooms(histories);
  for (let count = 0; count < 20_000; count++) publish(histories, `flood ${count}`, "attacker");
  expect(names.map((name) => kept(histories, name))).toEqual(ALL);
  // nor does it help to wait until others are not used any more
  vi.advanceTimersByTime(5 * MINUTE_MS);
  for (let count = 0; count < 20_000; count++) publish(histories, `more ${count}`, "attacker");
  expect(names.map((name) => kept(histories, name))).toEqual(ALL);
  expect(histories.bytes).toBeLessThanOrEqual(BUDGET);
  expect(kept(histories, "more 19999")).toBe(1);
  histories.close();
});

it("the application's own are nobody's, and stay as well", () => {
  const histories = new Histories({ budget: BUDGET });
  const names = rooms(histories, () => undefined);
  for (let count = 0; count < 20_000; count++) publish(histories, `flood ${count}`, "attacker");
  for (const name of names) publish(histories, name, "attacker");
  for (let count = 0; count < 20_000; count++) publish(histories, `more ${count}`, "attacker");
  expect(names.map((name) => kept(histories, name))).toEqual(ALL.map((count) => count + 1));
  histories.close();
});

it("nobody makes a channel his own by publishing to it, be it ahead of those whose it is", () => {
  const histories = new Histories({ budget: BUDGET });
  for (let count = 0; count < 20_000; count++) publish(histories, `flood ${count}`, "attacker");
  for (let room = 0; room < 20; room++) publish(histories, `room ${room}`, "attacker");
  const names = rooms(histories);
  for (const name of names) publish(histories, name, "attacker");
  for (let count = 0; count < 20_000; count++) publish(histories, `more ${count}`, "attacker");
  expect(names.map((name) => kept(histories, name))).toEqual(ALL.map((count) => count + 2));
  histories.close();
});

it("among a publisher's own what is small and in use stays, as among all", () => {
  const histories = new Histories({ budget: BUDGET });
  for (let count = 0; count < 20; count++) publish(histories, "small", "one");
  for (let count = 0; count < 3_000; count++) publish(histories, `large ${count % 3}`, "one", 1_000);
  expect(kept(histories, "small")).toBe(20);
  expect(histories.bytes).toBeGreaterThan(BUDGET * 0.99);
  histories.close();
});

it("where nobody takes more than a fair share, all give way to each other", () => {
  const histories = new Histories({ budget: BUDGET });
  for (let count = 0; count < 5_000; count++) publish(histories, `channel ${count}`, `guest ${count % 100}`, 2_000);
  expect(kept(histories, "channel 0")).toBe(0);
  expect(kept(histories, "channel 4999")).toBe(1);
  expect(histories.bytes).toBeGreaterThan(BUDGET * 0.99);
  histories.close();
});
