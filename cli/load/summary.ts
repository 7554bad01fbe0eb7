import { bytes, count, duration, percent } from "../report/format.ts";
import type { Latency } from "./hdr-histogram.ts";
import type { LoadReport } from "./report-shape.ts";

const PERCENTILES = [
  ["p50", ({ p50 }: Latency) => p50],
  ["p90", ({ p90 }: Latency) => p90],
  ["p99", ({ p99 }: Latency) => p99],
  ["p99.9", ({ p999 }: Latency) => p999],
  ["max", ({ max }: Latency) => max],
] as const;

/** What a run came to, as text for a terminal or a log. */
export function summaryText(report: LoadReport): string {
  const { totals, seconds, connections, bytes: sent, load, plan } = report;
  const made = totals.ok + totals.failed;
  const lines = [
    `${count(totals.ok)} answered in ${seconds.toFixed(1)} s, ${count(totals.perSecond)} a second; ` +
      `${count(totals.failed)} failed${made > 0 ? ` (${percent(totals.failed / made)})` : ""}` +
      `${report.endedBy === "interrupt" ? "; ended early" : ""}`,
    "",
    ...latencyTable(report),
    "",
    ...errorLines(report.errors, "errors"),
    `connections  ${count(connections.opened)} of ${count(plan.clients)} opened, connected in ${duration(connections.connect.p50)} (p99 ${duration(connections.connect.p99)}); ` +
      `${count(connections.lost)} lost, ${count(connections.reconnected)} came back, ${count(connections.resumed)} with their session`,
    ...errorLines(report.closes, "closes"),
    `bytes        ${bytes(sent.out)} out, ${bytes(sent.in)} in`,
    `load         ${load.processes.length} process${load.processes.length === 1 ? "" : "es"}, busy ${load.processes.map(({ busy }) => percent(Math.round(busy * 100) / 100)).join(", ")} of the time`,
    ...report.advice.map((text) => `\n! ${text}`),
    ...(report.assertions.length > 0 ? [""] : []),
    ...report.assertions.map(({ text, holds, found }) => `${holds ? "holds" : "FAILS"}  ${text}  (${found})`),
  ];
  return lines.join("\n");
}

function latencyTable({ actions, deliveries, totals }: LoadReport): string[] {
  const rows: (readonly [string, Latency])[] = [];
  for (const { name, kind, response, service } of actions) {
    const label = kind === "publish" ? `publish ${name}` : name;
    rows.push([service === undefined ? label : `${label}, from when due`, response]);
    if (service !== undefined) rows.push([`${label}, from when sent`, service]);
  }
  if (actions.length > 1) rows.push(["all", totals.response]);
  if (deliveries !== undefined) rows.push(["delivery to a subscriber", deliveries.latency]);
  const cells = rows.map(([label, latency]) => [
    label,
    count(latency.count),
    ...PERCENTILES.map(([, of]) => (latency.count === 0 ? "-" : duration(of(latency)))),
  ]);
  const table = [["latency", "count", ...PERCENTILES.map(([name]) => name)], ...cells];
  const widths = (table[0] ?? []).map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 2))).join(""),
  );
}

function errorLines(counts: Readonly<Record<string, number>>, title: string): string[] {
  const all = Object.entries(counts).sort(([, one], [, other]) => other - one);
  if (all.length === 0) return [];
  return [`${title.padEnd(12)} ${all.map(([code, times]) => `${code} × ${count(times)}`).join(", ")}`];
}
