import { describe, expect, it } from "vitest";
import { Histogram } from "../histogram.ts";
import { parsePrometheus } from "../test/prometheus-parser.ts";
import { prometheusText } from "./prometheus-text.ts";
import { SnapshotBuilder } from "./snapshot.ts";

function textOf(build: (snapshot: SnapshotBuilder) => void): string {
  const snapshot = new SnapshotBuilder();
  build(snapshot);
  return prometheusText(snapshot.build());
}

describe("Prometheus's text", () => {
  it("says of each metric what it is, before its samples", () => {
    const text = textOf((snapshot) => {
      snapshot.add("fugitive_worker_deaths_total", [], 2);
      snapshot.add("fugitive_connections", ["1"], 5);
      snapshot.add("fugitive_connections", ["2"], 0);
    });
    expect(text).toBe(
      [
        "# HELP fugitive_worker_deaths_total Socket workers that died and had to be replaced.",
        "# TYPE fugitive_worker_deaths_total counter",
        "fugitive_worker_deaths_total 2",
        "# HELP fugitive_connections Connections that are open.",
        "# TYPE fugitive_connections gauge",
        'fugitive_connections{worker="1"} 5',
        'fugitive_connections{worker="2"} 0',
        "",
      ].join("\n"),
    );
  });

  it("is empty where there is nothing to tell", () => {
    expect(prometheusText({})).toBe("");
  });

  it("has buckets in seconds, cumulative, up to infinity", () => {
    const histogram = new Histogram();
    for (const ms of [0.05, 0.3, 0.3, 70_000]) histogram.record(ms);
    const text = textOf((snapshot) => snapshot.addHistogram("fugitive_call_duration_seconds", ["a"], histogram));
    const { samples } = parsePrometheus(text).get("fugitive_call_duration_seconds") ?? { samples: new Map() };
    const bucket = (le: string) => samples.get(`fugitive_call_duration_seconds_bucket{le="${le}",procedure="a"}`);
    expect(["0.0001", "0.00025", "0.0005", "60", "+Inf"].map(bucket)).toEqual([1, 1, 3, 3, 4]);
    expect(samples.get('fugitive_call_duration_seconds_count{procedure="a"}')).toBe(4);
    expect(samples.get('fugitive_call_duration_seconds_sum{procedure="a"}')).toBeCloseTo(70.000_65, 6);
    expect(samples.size).toBe(21);
  });

  it("escapes what a value may be, whatever that is", () => {
    const values = ['quo"te', "back\\slash", "new\nline", "}{,=", 'mean\\"', "\u0000", "ünï©ode", "half \ud800"];
    const text = textOf((snapshot) => {
      for (const value of values) snapshot.add("fugitive_connections_by_tag", ["plan", value], 1);
    });
    expect(parsePrometheus(text).get("fugitive_connections_by_tag")?.samples.size).toBe(values.length);
    expect(text).toContain('{tag="plan",value="quo\\"te"} 1\n');
    expect(text).toContain('value="back\\\\slash"');
    expect(text).toContain('value="new\\nline"');
    expect(text).toContain('value="half \ufffd"');
  });

  it("leaves out a label without a value", () => {
    expect(textOf((snapshot) => snapshot.add("fugitive_cpu_seconds_total", ["primary", ""], 1.5))).toContain(
      'fugitive_cpu_seconds_total{process="primary"} 1.5\n',
    );
    expect(textOf((snapshot) => snapshot.add("fugitive_cpu_seconds_total", ["", ""], 1))).toContain(
      "\nfugitive_cpu_seconds_total 1\n",
    );
  });

  it("names what is no plain number as Prometheus does", () => {
    const text = textOf((snapshot) => {
      const numbers = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e21, 1e-7];
      for (const [at, number] of numbers.entries()) snapshot.add("fugitive_connections", [String(at)], number);
    });
    expect([...(parsePrometheus(text).get("fugitive_connections")?.samples.values() ?? [])]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      1e21,
      1e-7,
    ]);
  });
});
