import { describe, expect, it } from "vitest";
import { advice } from "./advice.ts";
import { HdrHistogram } from "./hdr-histogram.ts";
import { makeReport } from "./make-report.ts";
import { loadPage } from "./page/load-page.ts";
import { percentileCurve } from "./page/points.ts";
import type { Plan } from "./plan.ts";
import { planText } from "./plan-text.ts";
import type { Tick } from "./process/messages.ts";
import type { LoadReport } from "./report-shape.ts";
import { Results } from "./results.ts";
import { summaryText } from "./summary.ts";
import { frame, frameLine } from "./view/frame.ts";
import { paintFor, Redrawn } from "./view/terminal.ts";

const PLAN: Plan = {
  ...{
    url: "ws://localhost:8080/",
    query: "key=hidden",
    token: "hidden",
    subprotocol: "msgpack",
    clients: 4,
    processes: 2,
  },
  actions: [{ kind: "call", name: "<hello>", payload: "Ann", share: 1 }],
  ...{ subscribe: "", rate: 100, delayMs: 0, depth: 100, durationS: 2, iterations: 0, rampS: 1, timeoutMs: 1_000 },
  ...{ attempts: 1, stepMs: 500 },
};
const NOTHING = { opened: 0, failed: 0, lost: 0, reconnected: 0, resumed: 0, ended: 0 };

function histogram(...values: number[]) {
  const recorded = new HdrHistogram();
  for (const value of values) recorded.record(value);
  return recorded.copy();
}

function tick(step: number, values: number[], more: Partial<Tick> = {}): Tick {
  return {
    ...{
      step,
      fromStep: step,
      untilStep: step,
      ms: 250,
      connects: histogram(),
      deliveries: histogram(),
      strangers: 0,
      counts: NOTHING,
    },
    actions: [{ ok: values.length, errors: {}, response: histogram(...values), service: histogram(...values) }],
    ...{ closes: {}, bytesIn: 10, bytesOut: 5, connected: 2, inFlight: 1, busy: 0.5, lagMs: 1 },
    ...more,
  };
}

function results(...ticks: readonly (readonly [Tick, number])[]): Results {
  const all = new Results(PLAN);
  for (const [one, process] of ticks) all.add(one, process);
  return all;
}

function report(all: Results, assert = ""): LoadReport {
  return makeReport({
    ...{
      plan: PLAN,
      results: all,
      startedAt: new Date(0),
      seconds: 3,
      endedBy: "duration",
      command: "fugitive load",
      assert,
    },
    target: { url: PLAN.url, node: "a", version: "1" },
    costs: [
      { cpuS: 1, memoryBytes: 1 },
      { cpuS: 1, memoryBytes: 1 },
    ],
  });
}

describe("results", () => {
  it("are those of all processes, step by step", () => {
    const all = results([tick(0, [100]), 0], [tick(0, [300]), 1], [tick(1, [200]), 0]);
    expect(all.ok).toBe(3);
    expect(all.connected).toBe(4);
    expect(all.bytes).toEqual({ in: 30, out: 15 });
    expect(all.latency()).toMatchObject({ count: 3, p50: 200, max: 300 });
    expect(all.steps().map(({ at, actions }) => [at, actions[0]?.ok, actions[0]?.latency.max])).toEqual([
      [0, 2, 300],
      [0.5, 1, 200],
    ]);
  });

  it("keep what is told late, as near to its step as there is room", () => {
    const all = results([tick(30, [1]), 0], [tick(2, [1]), 1]);
    expect(all.steps()).toHaveLength(31);
    expect(all.steps().reduce((sum, { actions }) => sum + (actions[0]?.ok ?? 0), 0)).toBe(2);
  });

  it("say of a process that was too busy to tell that it was, all the time", () => {
    const all = results([tick(0, [1], { untilStep: 4, ms: 2_250, busy: 1 }), 0]);
    expect(all.steps().map(({ busy, connected }) => [busy, connected])).toEqual(Array(5).fill([1, 2]));
    expect(all.busy).toEqual([1, 0]);
  });
});

describe("a report", () => {
  const errors = { RATE_LIMITED: 3, NOT_SENT: 2 };
  const actions = [{ ok: 0, errors, response: histogram(), service: histogram() }];
  const bad = results(
    [tick(0, [900, 70_000], { counts: { ...NOTHING, opened: 3, failed: 1, lost: 1 } }), 0],
    [tick(1, [], { actions, busy: 0.95, closes: { "4429 flooding": 1 } }), 1],
  );

  it("has no secrets, and verdicts", () => {
    const made = report(bad, "p99<50,errors<100%");
    expect(JSON.stringify(made)).not.toContain("hidden");
    expect(made.totals).toMatchObject({ ok: 2, failed: 5 });
    expect(made.assertions.map(({ holds }) => holds)).toEqual([false, true]);
  });

  it("is made of days as well", () => {
    const all = results([tick(0, [1], { lagMs: 7 }), 0]);
    const steps = Array(200_000).fill(all.steps()[0]);
    expect(report(Object.assign(all, { steps: () => steps })).load.longestLagMs).toBe(7);
  });

  it("says what limited the run, and what to do about it", () => {
    const said = advice(report(bad)).join("\n");
    for (const words of [
      "--rate-limits off",
      "NOT_SENT",
      "4429",
      "Only 3 of 4 clients",
      "95 %",
      "250 calls were due, and 7",
    ]) {
      expect(said).toContain(words);
    }
    expect(report(results([tick(0, [1], { counts: { ...NOTHING, opened: 4 } }), 0])).advice).toHaveLength(1);
  });

  it("is a page in which names are text", () => {
    const html = loadPage(report(bad, "p99<50"));
    expect(html).toContain("&lt;hello&gt;");
    expect(html).not.toContain("<hello>");
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    for (const title of [
      "Answers a second",
      "Latency over time",
      "Latency by percentile",
      "Clients connected",
      "Errors a second",
    ]) {
      expect(html).toContain(`<h3>${title}</h3>`);
    }
  });

  it("is a page also where nothing came of the run", () => {
    expect(loadPage(report(new Results(PLAN)))).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("is a summary", () => {
    const text = summaryText(report(bad, "p99<50"));
    expect(text).toContain("<hello>, from when due");
    expect(text).toContain("RATE_LIMITED × 3, NOT_SENT × 2");
    expect(text).toContain("FAILS  p99<50  (70 ms)");
  });
});

describe("the curve of percentiles", () => {
  it("rises where values are, and ends where the worst one is", () => {
    const { points, nines } = percentileCurve([
      [100, 900],
      [5_000, 90],
      [70_000, 10],
    ]);
    expect(nines).toBe(3);
    expect(points.filter(([part]) => part < 0.9).every(([, us]) => us === 100)).toBe(true);
    expect(points.at(-1)).toEqual([0.999, 70_000]);
  });
});

describe("the view of a run", () => {
  const all = results([tick(0, [900]), 0], [tick(1, []), 0]);

  it("has a bar, a line for each thing, and no colours where none are wanted", () => {
    const lines = frame(PLAN, all, 1.5, paintFor({ NO_COLOR: "1" }));
    expect(lines[0]).toContain("50 %");
    expect(lines.join("\n")).toContain("p50 900 µs");
    expect(lines.join("\n")).not.toContain("\u001b");
    expect(frame(PLAN, all, 1.5, paintFor({})).join("\n")).toContain("\u001b[");
    expect(frameLine(PLAN, all, 1.5)).toBe("50 %, 2 s: 2 connected, 1 answered, 0 failed, p50 900 µs, p99 900 µs");
  });

  it("is drawn in its place, within the terminal, and gives the cursor back", () => {
    let written = "";
    const lines = new Redrawn({ columns: 10, rows: 3, write: (text) => (written += text) });
    lines.draw(["a line that is longer", "b", "c"]);
    expect(written).toContain("a line t…");
    expect(written).not.toContain("c\u001b[K");
    written = "";
    lines.draw(["d"]);
    expect(written).toContain("\r\u001b[2A");
    written = "";
    lines.clear();
    expect(written).toBe("\r\u001b[1A\u001b[J\u001b[?25h");
  });
});

describe("what is said before a run", () => {
  it("is what will be done", () => {
    expect(planText(PLAN)).toBe(
      "4 clients in 2 processes to ws://localhost:8080/, connecting over 1 s\n" +
        "calls of <hello>, 100 a second in all, at most 100 in flight of a client, for 2 s",
    );
  });

  it("asks to load only what is one's own, where that is another machine", () => {
    expect(planText({ ...PLAN, url: "ws://example.com/" })).toContain("load only what is yours");
  });
});
