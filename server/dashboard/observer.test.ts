import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import type { Snapshot } from "../metrics/snapshot.ts";
import { IDLE, WELL } from "../test/control-port.ts";
import { Observer } from "./observer.ts";

const HISTOGRAM = (count: number) => [0, count, ...Array.from({ length: 17 }, () => 0), 1];

/** What was counted after so many calls. */
const counted = (calls: number): Snapshot => ({
  fugitive_calls_total: [
    [["add", "ok"], [calls]],
    [["add", "NOT_FOUND"], [calls / 10]],
    [["quiet", "ok"], [5]],
  ],
  fugitive_call_duration_seconds: [[["add"], HISTOGRAM(calls)]],
  fugitive_messages_total: [
    [["in", "CALL"], [calls]],
    [["out", "RESULT"], [calls * 2]],
  ],
  fugitive_event_loop_seconds_total: [
    [["worker", "1", "busy"], [calls / 1_000]],
    [["worker", "1", "idle"], [calls / 500]],
  ],
  fugitive_slow_readers_total: [[[], [3]]],
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("what was counted is told as rates once there is something to compare with, and anew after a rest", async () => {
  const snapshot = vi.fn(async () => counted(0));
  const channels = [
    { member: 1, path: "", answer: { channels: [["news", 2, 40]], more: false } },
    {
      member: 2,
      path: "",
      answer: {
        channels: [
          ["news", 1, 20],
          ["still", 9, 0],
        ],
        more: true,
      },
    },
  ];
  const askAll = vi.fn(async () => ({ answers: channels, silent: [] }));
  const primary = {
    ...IDLE,
    workers: [WELL],
    metrics: { ...IDLE.metrics, snapshot },
    control: { ...IDLE.control, askAll },
  };
  const services = { primary: primary as never, config: DEFAULT_CONFIG, version: "1.2.3", startedAt: Date.now() };
  const observer = new Observer(services);

  const first = await observer.look();
  expect(first.stats).toMatchObject({ version: "1.2.3", ready: true, workers: [{ worker: 1, connections: 3 }] });
  expect([first.stats.rates, first.stats.latency, first.stats.troubles]).toEqual([undefined, undefined, undefined]);
  expect(first.tops).toEqual({
    procedures: [],
    channels: [
      { name: "still", subscribers: 9, deliveries: 0 },
      { name: "news", subscribers: 3, deliveries: 0 },
    ],
    moreChannels: true,
  });

  snapshot.mockResolvedValue(counted(200));
  vi.advanceTimersByTime(2_000);
  const { stats, tops } = await observer.look();
  expect(stats.rates).toMatchObject({ calls: 110, failedCalls: 10, received: 100, sent: 200, publications: 0 });
  expect(stats.latency?.p50).toBeCloseTo(0.175);
  expect(stats.troubles).toEqual({ slowReaders: 3, dropped: 0, rateLimited: 0 });
  expect(stats.workers[0]?.busy).toBeCloseTo(1 / 3);
  expect(tops.procedures).toEqual([
    { name: "add", calls: 110, failed: 10, p50: expect.closeTo(0.175), p99: expect.closeTo(0.2485) },
  ]);
  expect(tops.channels).toEqual([
    { name: "news", subscribers: 3, deliveries: 30 },
    { name: "still", subscribers: 9, deliveries: 0 },
  ]);

  observer.rest();
  expect((await observer.look()).stats.rates).toBeUndefined();
});
