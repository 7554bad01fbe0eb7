import { describe, expect, it, vi } from "vitest";
import { type BufferLimits, EventBuffer, type QueuedEvent } from "./event-buffer.ts";
import { type GatewayAction, gatewayEvent } from "./gateway-event.ts";

function queued(seq: number, action: GatewayAction = "message", bytes = 0): QueuedEvent {
  const from = { connection: "c", action, path: "", tags: "", seq };
  return { name: "events", event: gatewayEvent(from, "", bytes, undefined) };
}
const SIZE = queued(1).event.size;

function buffer(limits: Partial<BufferLimits> = {}) {
  const watcher = { full: vi.fn(), over: vi.fn() };
  const events = new EventBuffer({ maxEvents: 4, maxBytes: 1e6, whenFull: "drop-oldest", ...limits }, watcher);
  const add = (...seqs: number[]) => seqs.map((seq) => events.add(queued(seq)));
  const take = (maxEvents = 100, maxBytes = 1e6) => events.take(maxEvents, maxBytes).map(({ event }) => event.seq);
  return { events, watcher, add, take };
}

describe("an event buffer", () => {
  it("gives events in their order, and has them until they are confirmed", () => {
    const { events, add, take } = buffer();
    add(1, 2, 3);
    expect(take(2)).toEqual([1, 2]);
    expect(take()).toEqual([]);
    expect([events.count, events.bytes]).toEqual([3, 3 * SIZE]);
    events.confirm(2);
    expect([events.count, events.bytes]).toEqual([1, SIZE]);
    expect(take()).toEqual([3]);
    events.confirm(1);
    expect([events.count, events.bytes]).toEqual([0, 0]);
  });

  it("gives those that were not confirmed again, before all others", () => {
    const { events, add, take } = buffer({ maxEvents: 10 });
    add(1, 2, 3, 4);
    expect(take(3)).toEqual([1, 2, 3]);
    add(5);
    events.confirm(1);
    expect(take()).toEqual([2, 3, 4, 5]);
    events.confirm(0);
    expect(take()).toEqual([2, 3, 4, 5]);
  });

  it("gives no more bytes at once than it is asked for, but one event at least", () => {
    const { events, add, take } = buffer();
    events.add(queued(1, "message", 10_000));
    add(2, 3);
    expect(take(100, SIZE)).toEqual([1]);
    events.confirm(1);
    expect(take(100, 2 * SIZE)).toEqual([2, 3]);
  });

  it("drops the oldest of those that wait, and none of those that are with the broker", () => {
    const { events, add, take } = buffer();
    add(1, 2, 3);
    expect(take(2)).toEqual([1, 2]);
    expect(add(4, 5, 6)).toEqual([true, true, true]);
    expect([events.count, events.dropped]).toEqual([4, 2]);
    events.confirm(0);
    expect(take()).toEqual([1, 2, 5, 6]);
    expect(add(7)).toEqual([false]);
  });

  it.each(["drop-newest", "close"] as const)("drops the new one where that is the policy: %s", (whenFull) => {
    const { events, add, take } = buffer({ whenFull });
    expect(add(1, 2, 3, 4, 5)).toEqual([true, true, true, true, false]);
    expect([events.count, events.dropped]).toEqual([4, 1]);
    expect(take()).toEqual([1, 2, 3, 4]);
  });

  it("is bounded in bytes", () => {
    const { events, add, take } = buffer({ maxEvents: 1_000, maxBytes: 3 * SIZE });
    add(1, 2, 3, 4, 5);
    expect(events.bytes).toBe(3 * SIZE);
    expect(events.add(queued(6, "message", 1e6))).toBe(false);
    expect(take()).toEqual([3, 4, 5]);
  });

  it("has room left for the end of connections", () => {
    const { events, add } = buffer({ whenFull: "drop-newest" });
    add(1, 2, 3, 4);
    expect(events.add(queued(5, "close"))).toBe(true);
    expect(events.add(queued(6, "close"))).toBe(false);
  });

  it("tells once that events do not fit in, and once, with how many were lost, that they do again", () => {
    const { events, watcher, add, take } = buffer();
    add(1, 2, 3, 4, 5, 6, 7);
    expect(watcher.full).toHaveBeenCalledTimes(1);
    expect(take(1)).toEqual([4]);
    events.confirm(1);
    expect(watcher.over).not.toHaveBeenCalled();
    take(1);
    events.confirm(1);
    expect(watcher.over.mock.calls).toEqual([[3]]);
    add(8, 9, 10, 11);
    expect(watcher.full).toHaveBeenCalledTimes(2);
  });

  it("keeps order and count over many events", () => {
    const { events, take } = buffer({ maxEvents: 1e6, maxBytes: 1e9 });
    const seen: number[] = [];
    for (let seq = 1; seq <= 20_000; seq++) {
      events.add(queued(seq));
      if (seq % 3 === 0) {
        seen.push(...take(2));
        events.confirm(2);
      }
    }
    while (events.count > 0) {
      const taken = take(500);
      seen.push(...taken);
      events.confirm(taken.length);
    }
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, at) => at + 1));
    expect(events.bytes).toBe(0);
  });
});
