import { expect, it } from "vitest";
import type { Stats } from "../../dashboard/stats.ts";
import { StatsHistory } from "./history.ts";

const at = (second: number, uptime = second): Stats => ({
  ...{ at: second * 1_000, uptime, node: "here", version: "1", ready: true, workers: [] },
  primary: { pid: 1, uptime },
  rollout: { running: false, queued: false },
});

it("what was heard is in order, each second once, and for three minutes", () => {
  const history = new StatsHistory();
  history.add(at(102), at(103));
  history.add(at(100), at(101), at(102));
  expect(history.rows([(stats) => stats.uptime])).toEqual([
    [100, 101, 102, 103],
    [100, 101, 102, 103],
  ]);
  history.add(at(281));
  expect(history.rows([])[0]).toEqual([101, 102, 103, 192, 281]);
  expect(history.last?.uptime).toBe(281);
  history.clear();
  expect(history.last).toBeUndefined();
});

it("what is not known interrupts a line", () => {
  const history = new StatsHistory();
  history.add(at(1), at(2), at(10));
  const [times, values] = history.rows([(stats) => (stats.uptime === 2 ? undefined : stats.uptime)]);
  expect(times).toEqual([1, 2, 6, 10]);
  expect(values).toEqual([1, null, null, 10]);
});
