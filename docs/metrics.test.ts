import { expect, it } from "vitest";
import { METRIC_NAMES, METRICS, type MetricDefinition } from "../server/metrics/definitions.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/METRICS.md");
/** What a histogram's samples end with. */
const PARTS = /_(?:bucket|sum|count)$/;

it("docs/METRICS.md lists every metric with its type, labels and meaning, in the order of the text", () => {
  const rows = TEXT.split("\n").filter((line) => line.startsWith("| `fugitive_"));
  const documented = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const real = METRIC_NAMES.map((name) => {
    const { type, labels, help }: MetricDefinition = METRICS[name];
    return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  expect(documented).toEqual(real);
});

it("docs/METRICS.md names no metric in its text and its alerts that there is not", () => {
  const named = [...TEXT.matchAll(/\bfugitive_\w+/g)].map(([name]) => name);
  const known = new Set<string>(METRIC_NAMES);
  expect(named.filter((name) => !known.has(name) && !known.has(name.replace(PARTS, "")))).toEqual([]);
});

it("every metric has the name that Prometheus's conventions want for it", () => {
  for (const name of METRIC_NAMES) {
    const { type, help, labels }: MetricDefinition = METRICS[name];
    expect(name, name).toMatch(/^fugitive_[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(name, name).not.toMatch(/_(?:ms|milliseconds|kb|mb|count|sum|bucket)$/);
    expect(help, name).toMatch(/\.$/);
    expect(new Set(labels).size, name).toBe(labels.length);
    expect(
      labels.filter((label) => !/^[a-z]+$/.test(label) || label === "le"),
      name,
    ).toEqual([]);
  }
});
