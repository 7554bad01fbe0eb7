import { bytes, count, duration, percent } from "../../report/format.ts";
import { escapeHtml, table } from "../../report/html.ts";
import { callouts, page, plots, type Section, type Tile, tiles } from "../../report/page.ts";
import type { Latency } from "../hdr-histogram.ts";
import { planText } from "../plan-text.ts";
import type { LoadReport } from "../report-shape.ts";
import { figures, label } from "./figures.ts";

const LATENCY_HEAD = ["", "count", "mean", "min", "p50", "p90", "p99", "p99.9", "max"];

/** A run as a page: one file, which needs nothing else. */
export function loadPage(report: LoadReport): string {
  const { actions, target, startedAt, assertions, advice, command } = report;
  const names = actions.map(({ name, kind }) => label(name, kind)).join(", ");
  const sections: Section[] = [
    { html: tiles(firstTiles(report)) },
    ...(assertions.length + advice.length > 0 ? [{ html: said(report) }] : []),
    { html: plots(figures(report)) },
    { title: "Latency", html: latencyTable(report) },
    ...errorSection(report),
    { title: "The run", html: `<div class="facts">${table(["", ""], facts(report))}</div>` },
    { title: "Once more", html: `<pre>${escapeHtml(command)}</pre>` },
  ];
  const when = startedAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return page(`Load on ${names}`, `${target.url}, ${when}`, sections);
}

function firstTiles({ totals, connections, plan, actions, deliveries, seconds }: LoadReport): Tile[] {
  const made = totals.ok + totals.failed;
  const { p50, p99, p999, max } = totals.response;
  const from = plan.rate > 0 ? "from when due" : "from when sent";
  const kinds = actions.length > 1 ? `all kinds, ${from}` : from;
  return [
    {
      label: "Answers a second",
      value: count(totals.perSecond),
      note: `${count(totals.ok)} in ${seconds.toFixed(1)} s`,
    },
    { label: "Half took up to", value: duration(p50), note: kinds },
    { label: "99 % took up to", value: duration(p99), note: `99.9 %: ${duration(p999)}` },
    { label: "The longest took", value: duration(max) },
    {
      label: "Failed",
      value: made === 0 ? "all" : percent(totals.failed / made),
      note: `${count(totals.failed)} of ${count(made)}`,
      bad: totals.failed > 0 || made === 0,
    },
    {
      label: "Clients",
      value: count(connections.opened),
      note: `of ${count(plan.clients)}, ${count(connections.lost)} connections lost`,
      bad: connections.opened < plan.clients,
    },
    ...(deliveries === undefined
      ? []
      : [
          {
            label: "99 % delivered within",
            value: duration(deliveries.latency.p99),
            note: `${count(deliveries.latency.count)} deliveries`,
          },
        ]),
  ];
}

function said({ assertions, advice }: LoadReport): string {
  const text = ({ text, found }: LoadReport["assertions"][number]) => `${text}: ${found}`;
  return [
    callouts(
      assertions.filter(({ holds }) => !holds).map((one) => `Does not hold: ${text(one)}`),
      "bad",
    ),
    callouts(
      assertions.filter(({ holds }) => holds).map((one) => `Holds: ${text(one)}`),
      "good",
    ),
    callouts(advice),
  ].join("\n");
}

function latencyTable({ actions, totals, deliveries, connections }: LoadReport): string {
  const row = (name: string, { count: times, mean, min, p50, p90, p99, p999, max }: Latency) => [
    name,
    count(times),
    ...[mean, min, p50, p90, p99, p999, max].map((us) => (times === 0 ? "–" : duration(us))),
  ];
  const rows = actions.flatMap(({ name, kind, response, service }) => {
    const named = label(name, kind);
    if (service === undefined) return [row(named, response)];
    return [row(`${named}, from when it was due`, response), row(`${named}, from when it was sent`, service)];
  });
  if (actions.length > 1) rows.push(row("all", totals.response));
  if (deliveries !== undefined) rows.push(row("delivery to a subscriber", deliveries.latency));
  rows.push(row("to connect", connections.connect));
  return table(LATENCY_HEAD, rows);
}

function errorSection({ errors, closes, actions }: LoadReport): Section[] {
  const rows = [
    ...Object.keys(errors).map((code) => [
      code,
      count(errors[code] ?? 0),
      actions
        .filter((action) => action.errors[code])
        .map((action) => `${label(action.name, action.kind)} × ${count(action.errors[code] ?? 0)}`)
        .join(", "),
    ]),
    ...Object.entries(closes).map(([words, times]) => [words, count(times), "connections"]),
  ];
  return rows.length === 0 ? [] : [{ title: "What went wrong", html: table(["", "times", "where"], rows) }];
}

function facts({ plan, target, machine, connections, bytes: sent, load, endedBy, deliveries }: LoadReport): string[][] {
  const { processes, longestLagMs } = load;
  const busy = processes.map(({ busy }) => percent(Math.round(busy * 100) / 100)).join(", ");
  const cpu = processes.reduce((sum, { cpuS }) => sum + cpuS, 0);
  const model = plan.rate > 0 ? "open: calls are due at their time" : "closed: each client waits for its answer";
  return [
    ["what was done", planText({ ...plan, token: "" }).replaceAll("\n", "; ")],
    ["model", `${model}; ended by ${endedBy}`],
    ["server", `${target.url}, version ${target.version || "unknown"}, named ${target.node || "nothing"}`],
    [
      "connections",
      `${count(connections.opened)} opened, ${count(connections.failed)} attempts failed, ${count(connections.lost)} lost, ${count(connections.reconnected)} came back, ${count(connections.resumed)} of them with their session`,
    ],
    ["bytes", `${bytes(sent.out)} out, ${bytes(sent.in)} in, as frames hold them`],
    ...(deliveries === undefined ? [] : [["other publications", count(deliveries.strangers)]]),
    [
      "load processes",
      `${processes.length}, busy ${busy} of their time, ${cpu.toFixed(1)} s of CPU, longest delay ${duration(longestLagMs * 1_000)}`,
    ],
    [
      "machine of the load",
      `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}, ${machine.system}, Node.js ${machine.node}, fugitive ${machine.fugitive}`,
    ],
  ];
}
