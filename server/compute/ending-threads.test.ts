import { EventEmitter } from "node:events";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EndingThreads } from "./ending-threads.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(most: number) {
  const events: string[] = [];
  const ending = new EndingThreads(most, () => events.push("stuck"));
  return {
    events,
    ending,
    end(name: string) {
      const thread = new EventEmitter();
      ending.add(thread as Worker, () => events.push(name));
      return { exit: () => thread.emit("exit") };
    },
  };
}

describe("the place of a thread that was ended", () => {
  it("is free when it is gone", () => {
    const { end, events } = setup(1);
    const thread = end("a");
    expect(events).toEqual([]);
    thread.exit();
    expect(events).toEqual(["a"]);
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual(["a"]);
  });

  it("is free after a second in any case, once", () => {
    const { end, events } = setup(1);
    const thread = end("a");
    vi.advanceTimersByTime(900);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(400);
    expect(events).toEqual(["a"]);
    thread.exit();
    expect(events).toEqual(["a"]);
  });

  it("is held back where there are as many others as there should be threads, until one of them is gone", () => {
    const { end, events } = setup(2);
    const first = end("a");
    end("b");
    vi.advanceTimersByTime(2_000);
    expect(events).toEqual(["a", "b"]);
    end("c");
    vi.advanceTimersByTime(5_000);
    expect(events).toEqual(["a", "b"]);
    first.exit();
    expect(events).toEqual(["a", "b", "c"]);
  });

  it("is not held back for ever where no other is left: whoever asked is told, and then it is free", () => {
    const { end, events } = setup(1);
    end("a");
    vi.advanceTimersByTime(2_000);
    end("b");
    vi.advanceTimersByTime(9_000);
    expect(events).toEqual(["a"]);
    vi.advanceTimersByTime(2_000);
    expect(events).toEqual(["a", "stuck", "b"]);
  });

  it("is held back where others still run", () => {
    const { end, events } = setup(2);
    end("a");
    end("b");
    vi.advanceTimersByTime(2_000);
    end("c");
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual(["a", "b"]);
  });

  it("costs no clock where nothing is about to end, nor after the end", () => {
    const { end, ending, events } = setup(1);
    end("a").exit();
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
    end("b");
    ending.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(events).toEqual(["a"]);
  });

  it("is nobody's any more after the end", () => {
    const { end, ending, events } = setup(1);
    const [first, second] = [end("a"), end("b")];
    ending.close();
    first.exit();
    vi.advanceTimersByTime(5_000);
    second.exit();
    expect(events).toEqual([]);
  });
});
