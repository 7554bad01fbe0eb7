import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Flushable } from "../connection/turn.ts";
import { CallMetrics, errorLabels, unknownCalls } from "./call-metrics.ts";
import { CallTimes } from "./call-times.ts";
import { SnapshotBuilder } from "./snapshot.ts";

/** A clock that somebody puts forward, and a turn that ends when somebody says so. */
let now = 0;
let waiting: Flushable[] = [];

function setup() {
  const labels = errorLabels();
  const times = new CallTimes({ flushLater: (one) => void waiting.push(one) });
  return { times, add: new CallMetrics("add", labels), echo: new CallMetrics("echo", labels) };
}

function turnEnds(): void {
  for (const one of waiting.splice(0)) one.flush();
}

/** How many took how long in all, in milliseconds. */
const of = ({ durations }: CallMetrics) => [durations.count, durations.sumMs];

beforeEach(() => {
  now = 1_000;
  waiting = [];
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

describe("calls", () => {
  it("that are answered at once took as long as their frame, each of them, for two looks at the clock", () => {
    const { times, add, echo } = setup();
    for (const metrics of [add, add, echo]) {
      times.call();
      now += 5;
      times.answered(metrics);
    }
    times.end();
    expect([of(add), of(echo)]).toEqual([
      [2, 30],
      [1, 15],
    ]);
    expect(performance.now).toHaveBeenCalledTimes(2);
  });

  it("are timed from when their frame was read, where that is known", () => {
    const { times, add } = setup();
    expect(times.begin()).toBe(1_000);
    now += 3;
    times.call();
    times.answered(add);
    times.end();
    expect(of(add)).toEqual([1, 3]);
  });

  it("of one frame have nothing to do with those of the next", () => {
    const { times, add } = setup();
    for (const ms of [2, 7]) {
      times.begin();
      times.call();
      now += ms;
      times.answered(add);
      times.end();
      now += 100;
    }
    expect(of(add)).toEqual([2, 9]);
  });

  it("of several frames that are done in one go are sent together, and timed from the first", () => {
    const { times, add } = setup();
    for (let frame = 0; frame < 2; frame++) {
      times.begin();
      now += 4;
      times.answered(add);
    }
    times.end();
    expect(of(add)).toEqual([2, 16]);
  });

  it("that are answered later took until the end of the turn that answers them", () => {
    const { times, add, echo } = setup();
    times.call();
    const first = times.moment;
    times.end();
    now += 10;
    times.call();
    const second = times.moment;
    times.end();
    now += 10;
    for (const metrics of [add, add, echo]) times.answeredLater(metrics, first);
    times.answeredLater(add, second);
    now += 1;
    expect(waiting.length).toBe(1);
    turnEnds();
    expect([of(add), of(echo)]).toEqual([
      [3, 21 + 21 + 11],
      [1, 21],
    ]);
    times.answeredLater(add, first);
    turnEnds();
    expect(add.durations.count).toBe(4);
  });

  it("that no frame asked for are not timed with the next one's clock", () => {
    const { times, add } = setup();
    times.call();
    times.end();
    now += 500;
    times.call();
    now += 2;
    times.answered(add);
    times.end();
    expect(of(add)).toEqual([1, 2]);
  });

  it("in thousands, answered in one turn, are all counted", () => {
    const { times, add, echo } = setup();
    times.call();
    const { moment } = times;
    for (let call = 0; call < 5_000; call++) times.answeredLater(call % 2 === 0 ? add : echo, moment);
    now += 1;
    turnEnds();
    expect([of(add), of(echo)]).toEqual([
      [2_500, 2_500],
      [2_500, 2_500],
    ]);
  });
});

describe("what became of a procedure's calls", () => {
  const told = (metrics: CallMetrics) => {
    const snapshot = new SnapshotBuilder();
    metrics.addTo(snapshot);
    return snapshot.build();
  };

  it("is told by code, and not at all where it was never called", () => {
    const metrics = new CallMetrics("add", errorLabels());
    expect(told(metrics)).toEqual({});
    metrics.ok++;
    metrics.failed("TIMEOUT");
    metrics.failed("TIMEOUT");
    expect(told(metrics).fugitive_calls_total).toEqual([
      [["add", "ok"], [1]],
      [["add", "TIMEOUT"], [2]],
    ]);
    expect(told(metrics).fugitive_call_duration_seconds?.length).toBe(1);
  });

  it("has room for codes of applications, up to a hundred with the protocol's own", () => {
    const labels = errorLabels();
    const metrics = new CallMetrics("add", labels);
    for (let code = 0; code < 1_000; code++) metrics.failed(`INVENTED_${code}`);
    metrics.failed("OVERLOADED");
    const series = new Map(told(metrics).fugitive_calls_total?.map(([[, code], [count]]) => [code, count]));
    expect(series.get("OVERLOADED")).toBe(1);
    expect(series.get("other")).toBe(1_000 - (100 - 12));
    expect(series.size).toBeLessThanOrEqual(102);
  });

  it("is told without a name where there is no such procedure", () => {
    const metrics = unknownCalls(errorLabels());
    metrics.failed("NOT_FOUND");
    expect(told(metrics)).toEqual({ fugitive_calls_total: [[["", "NOT_FOUND"], [1]]] });
  });
});
