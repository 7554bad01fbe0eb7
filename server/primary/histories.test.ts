import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Histories } from "./histories.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LARGE = 1_000_000_000;
const MINUTE_MS = 60_000;

function publish(histories: Histories, channel: string, data: string, size = 10, ttlMs = MINUTE_MS): number {
  return histories.publish(channel, size, ttlMs, Buffer.from(data));
}

/** All that came after an offset, page by page; undefined where something is missing. */
function allAfter(histories: Histories, channel: string, offset: number): string[] | undefined {
  const got: string[] = [];
  for (;;) {
    const page = histories.after(channel, { epoch: histories.epoch, offset: offset + got.length }, false);
    if (!page.recovered) return undefined;
    got.push(...page.publications);
    if (!page.more) return got;
  }
}

/** All that is kept, read from its end in pages of three. */
function allBackwards(histories: Histories, channel: string): string[] {
  const got: string[] = [];
  let before: number | undefined;
  for (;;) {
    const { publications, first, more } = histories.before(channel, before, 3);
    got.unshift(...publications);
    if (!more) return got;
    before = first;
  }
}

describe("histories", () => {
  it("number the publications of each channel from 1, whatever is kept of them", () => {
    const histories = new Histories({ budget: LARGE });
    expect(["a", "b", "a", "a"].map((channel) => publish(histories, channel, "x", 1))).toEqual([1, 1, 2, 3]);
  });

  it("have an epoch that no other has", () => {
    expect(new Histories({ budget: 1 }).epoch).not.toBe(new Histories({ budget: 1 }).epoch);
  });

  it("carry any bytes", () => {
    const histories = new Histories({ budget: LARGE });
    const data = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    histories.publish("a", 1, MINUTE_MS, data);
    const [kept = ""] = histories.before("a", undefined, 1).publications;
    expect(Buffer.from(kept, "latin1").equals(data)).toBe(true);
  });

  it("give small publications in pages that are small once they are sent, each with its channel's name", () => {
    const histories = new Histories({ budget: LARGE });
    const channel = "c".repeat(200);
    for (let count = 0; count < 3_000; count++) publish(histories, channel, "x", 10_000);
    const page = histories.after(channel, { epoch: histories.epoch, offset: 0 }, false);
    expect(page).toMatchObject({ recovered: true, more: true });
    expect(page.publications.length).toBeLessThan(1_000);
    expect(allAfter(histories, channel, 0)).toHaveLength(3_000);
  });

  it("read nothing for one who only wants to know whether anything is missing", () => {
    const histories = new Histories({ budget: LARGE });
    publish(histories, "a", "x");
    const since = { epoch: histories.epoch, offset: 0 };
    for (const latest of [true, false]) {
      expect(histories.after("a", since, latest, true)).toMatchObject({ top: 1, recovered: true, publications: [] });
    }
    expect(histories.after("a", { ...since, offset: 7 }, false, true)).toMatchObject({ top: 1, recovered: false });
  });

  it("forget what is too old, and hold no memory of it, though nobody looks", () => {
    const histories = new Histories({ budget: LARGE });
    histories.watch("a");
    for (let count = 0; count < 10; count++) {
      publish(histories, "a", "x".repeat(1_000), 100, 5_000);
      vi.advanceTimersByTime(1_000);
    }
    expect(histories.before("a", undefined, 100).first).toBe(7);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(7_000);
    expect(histories.bytes).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(histories.after("a", { epoch: histories.epoch, offset: 10 }, false)).toMatchObject({
      recovered: true,
      top: 10,
    });
    expect(histories.after("a", { epoch: histories.epoch, offset: 9 }, false)).toMatchObject({ recovered: false });
  });

  /** How many of each channel's publications are kept. */
  const counts = (histories: Histories, channels: readonly string[]) =>
    channels.map((channel) => allBackwards(histories, channel).length);

  it("give up first what has not been used for a minute and for longest, and of it the oldest", () => {
    const histories = new Histories({ budget: 925_000 });
    const channels = Array.from({ length: 20 }, (_, index) => `channel ${index}`);
    const day = 1_440 * MINUTE_MS;
    for (const channel of channels) {
      for (let count = 0; count < 5; count++) publish(histories, channel, "x".repeat(9_000), 10, day);
      vi.advanceTimersByTime(5_000);
    }
    histories.after("channel 0", undefined, false); // used
    publish(histories, "new", "x".repeat(50_000), 10, day);
    expect(counts(histories, channels.slice(0, 4))).toEqual([5, 0, 4, 5]);
    histories.close();
  });

  it("keep what is small and in use, however much is kept of others", () => {
    const histories = new Histories({ budget: 1_000_000 });
    for (let count = 0; count < 3_000; count++) {
      if (count % 300 === 0) publish(histories, "small", "x".repeat(100));
      publish(histories, "large", "x".repeat(1_000), 1_000_000);
      publish(histories, "larger", "x".repeat(1_500), 1_000_000);
    }
    const [small, large, larger] = counts(histories, ["small", "large", "larger"]) as [number, number, number];
    expect(small).toBe(10);
    // none of the two has more than twice what the other has
    expect(Math.min(large * 1_000, larger * 1_500)).toBeGreaterThan(300_000);
    expect(histories.bytes).toBeGreaterThan(990_000);
    histories.close();
  });

  it("keep what was not used for long where a few very large channels fill the budget", () => {
    const histories = new Histories({ budget: 1_000_000 });
    const day = 1_440 * MINUTE_MS;
    for (let count = 0; count < 10; count++) publish(histories, "quiet", "x".repeat(100), 10, day);
    vi.advanceTimersByTime(10 * MINUTE_MS);
    for (let count = 0; count < 3_000; count++) publish(histories, "large", "x".repeat(1_000), 1_000_000, day);
    expect(counts(histories, ["quiet"])).toEqual([10]);
    histories.close();
  });

  it("give up the largest of those in use where there are too many", () => {
    const histories = new Histories({ budget: 100_000 });
    for (let count = 0; count < 100; count++) publish(histories, `channel ${count}`, "x".repeat(2_000));
    publish(histories, "small", "x");
    for (let count = 0; count < 100; count++) publish(histories, `more ${count}`, "x".repeat(2_000));
    expect(counts(histories, ["small", "channel 50", "more 99"])).toEqual([1, 0, 1]);
    expect(histories.bytes).toBeLessThanOrEqual(100_000);
  });

  it("still know where a channel stands that somebody has just left, though nothing of it is kept", () => {
    const histories = new Histories({ budget: 10_000 });
    histories.watch("left");
    publish(histories, "left", "x", 10, 1_000);
    vi.advanceTimersByTime(10 * MINUTE_MS);
    histories.unwatch("left");
    for (let count = 0; count < 60; count++) publish(histories, `other ${count % 20}`, "x".repeat(100));
    expect(histories.after("left", { epoch: histories.epoch, offset: 1 }, false)).toMatchObject({
      recovered: true,
      top: 1,
    });
  });

  it("never let go of where a channel stands while somebody is subscribed", () => {
    const histories = new Histories({ budget: 10_000 });
    publish(histories, "a", "x");
    histories.watch("a");
    for (let count = 0; count < 100; count++) publish(histories, `other ${count}`, "x".repeat(1_000));
    expect(publish(histories, "a", "y")).toBe(2);
    histories.unwatch("a");
    for (let count = 0; count < 100; count++) publish(histories, `more ${count}`, "x".repeat(1_000));
    expect(publish(histories, "a", "z")).toBeGreaterThan(2);
    expect(histories.bytes).toBeLessThanOrEqual(10_000);
  });

  it("never give a place of a channel that was given up to another publication", () => {
    const histories = new Histories({ budget: 5_000 });
    const place = { epoch: histories.epoch, offset: 0 };
    for (let count = 0; count < 5; count++) place.offset = publish(histories, "a", "x");
    for (let count = 0; count < 50; count++) publish(histories, `other ${count}`, "x");
    expect(publish(histories, "a", "new")).toBeGreaterThan(place.offset);
    expect(histories.after("a", { ...place, offset: place.offset - 1 }, false).recovered).toBe(false);
  });

  it("end with what one channel's subscribers cost where there is nothing but those", () => {
    const histories = new Histories({ budget: 1 });
    for (let count = 0; count < 1_000; count++) histories.watch(`channel ${count}`);
    expect({ size: histories.size, bytes: histories.bytes }).toEqual({ size: 1_000, bytes: 0 });
    for (let count = 0; count < 1_000; count++) histories.unwatch(`channel ${count}`);
    expect({ size: histories.size, bytes: histories.bytes }).toEqual({ size: 0, bytes: 0 });
  });

  it("are what a list of everything says they are, page by page, after anything that can happen", () => {
    const channel = fc.constantFrom("a", "b", "c");
    const step = fc.oneof(
      fc.record({ kind: fc.constant("publish" as const), channel, length: fc.nat(60) }),
      fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(4_000) }),
      fc.record({ kind: fc.constant("watch" as const), channel }),
      fc.record({ kind: fc.constant("unwatch" as const), channel }),
      fc.record({ kind: fc.constant("ask" as const), channel, back: fc.nat(8) }),
    );
    const [size, ttlMs] = [4, 5_000];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const histories = new Histories({ budget: LARGE, pageBytes: 100 });
        const model = new Map<string, { data: string; at: number }[]>();
        let number = 0;
        for (const one of steps) {
          if (one.kind === "pass") vi.advanceTimersByTime(one.ms);
          else if (one.kind === "watch") histories.watch(one.channel);
          else if (one.kind === "unwatch") histories.unwatch(one.channel);
          else if (one.kind === "publish") {
            const data = `${++number}`.padEnd(one.length, ".");
            const all = model.get(one.channel) ?? [];
            model.set(one.channel, [...all, { data, at: performance.now() }]);
            expect(publish(histories, one.channel, data, size, ttlMs)).toBe(all.length + 1);
          } else {
            const all = model.get(one.channel) ?? [];
            const kept = all.slice(-size).filter(({ at }) => at > performance.now() - ttlMs);
            const offset = Math.max(0, all.length - one.back);
            const missed = all.slice(offset).map(({ data }) => data);
            const recovers = missed.length <= kept.length;
            expect(allAfter(histories, one.channel, offset)).toEqual(recovers ? missed : undefined);
            expect(allBackwards(histories, one.channel)).toEqual(kept.map(({ data }) => data));
          }
        }
        histories.close();
      }),
    );
  });
});
