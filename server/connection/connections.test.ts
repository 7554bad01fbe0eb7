import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { NO_TAGS } from "../tags/tags.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";

const HEARTBEAT_MS = 25_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What {@link Connections} has to do with a connection. */
class Fake {
  readonly id = crypto.randomUUID();
  readonly tags = NO_TAGS;
  indexed = NO_TAGS;
  slot = 0;
  place = 0;
  silentBeats = 0;
  probes = 0;

  probe(): void {
    this.probes++;
    this.silentBeats = 0; // it answers at once
  }
}

function setup(dead: (connection: Connection) => void = () => undefined) {
  const connections = new Connections();
  connections.startHeartbeats(HEARTBEAT_MS, dead);
  const add = () => {
    const fake = new Fake();
    connections.add(fake as unknown as Connection);
    return fake;
  };
  return { connections, add, remove: (fake: Fake) => connections.delete(fake as unknown as Connection) };
}

it("each is asked for a sign of life once in a heartbeat, whoever else comes and goes", () => {
  const { connections, add, remove } = setup();
  const stay = Array.from({ length: 200 }, add);
  const go = Array.from({ length: 200 }, add);
  for (let beat = 0; beat < 4; beat++) {
    for (let moment = 0; moment < 25; moment++) {
      vi.advanceTimersByTime(HEARTBEAT_MS / 25);
      for (const fake of go.splice(0, 2)) remove(fake);
    }
  }
  expect(connections.size).toBe(200);
  expect(new Set(stay.map(({ probes }) => probes))).toEqual(new Set([4]));
  for (const fake of stay) remove(fake);
  for (const fake of stay) remove(fake);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  expect(new Set(stay.map(({ probes }) => probes))).toEqual(new Set([4]));
});

it("where the end of one that is dead is the end of others, these are asked nothing, and all others once", () => {
  const { add, remove } = setup((connection) => {
    for (const fake of [connection as unknown as Fake, ...friends]) remove(fake);
  });
  const all = Array.from({ length: 120 }, add);
  const [first] = all;
  const friends = all.filter(({ slot }) => slot === first?.slot).slice(1, 4);
  const others = all.slice(1).filter((fake) => !friends.includes(fake));
  if (first !== undefined) first.silentBeats = 2;
  vi.advanceTimersByTime(HEARTBEAT_MS);
  expect(friends.map(({ probes }) => probes)).toEqual([0, 0, 0]);
  expect(new Set(others.map(({ probes }) => probes))).toEqual(new Set([1]));
});
