import { count, duration, percent, short } from "../../report/format.ts";
import { type Axis, plotFigure, type Series } from "../../report/plot.ts";
import { exactScale, linearScale, logScale, percentileScale } from "../../report/scale.ts";
import { BUSY } from "../advice.ts";
import type { Latency } from "../hdr-histogram.ts";
import type { LoadReport } from "../report-shape.ts";
import { groupSteps, peaks, percentileCurve, rates } from "./points.ts";

const COLOURS = 6;

/** All plots of a run, each as a figure. */
export function figures(report: LoadReport): readonly string[] {
  return [
    throughput(report),
    latencies(report),
    distribution(report),
    connections(report),
    ...(report.totals.failed > 0 || report.connections.lost > 0 ? [failures(report)] : []),
    ...(report.deliveries === undefined ? [] : [deliveries(report)]),
    tool(report),
  ];
}

function time({ steps, plan, seconds }: LoadReport): Axis {
  const end = Math.max(plan.stepMs / 1_000, Math.min(seconds, (steps.at(-1)?.at ?? 0) + plan.stepMs / 1_000));
  return { label: "seconds", scale: exactScale(0, end), format: (value) => String(Number(value.toFixed(2))) };
}

function ramp({ plan }: LoadReport) {
  return plan.rampS > 0 ? [{ from: 0, to: plan.rampS, label: "clients connect" }] : [];
}

function throughput(report: LoadReport): string {
  const { plan, actions, totals } = report;
  const groups = groupSteps(report);
  const series: Series[] = actions.map(({ name, kind }, index) => ({
    name: label(name, kind),
    points: rates(groups, plan.stepMs, (step) => step.actions[index]?.ok ?? 0),
    colour: colourOf(index),
    look: "area",
  }));
  if (actions.length > 1) {
    const points = rates(groups, plan.stepMs, (step) => step.actions.reduce((sum, { ok }) => sum + ok, 0));
    series.push({ name: "all", points, colour: COLOURS, look: "dashed" });
  }
  const top = Math.max(plan.rate, ...highest(series), 1);
  return plotFigure({
    title: "Answers a second",
    summary: `${count(totals.perSecond)} a second on average, ${count(Math.max(...highest(series)))} at most.`,
    ...{ series, x: time(report), bands: ramp(report) },
    y: { label: "a second", scale: linearScale(0, top), format: short },
    levels: plan.rate > 0 ? [{ at: plan.rate, label: `${count(plan.rate)} are due` }] : [],
  });
}

function latencies(report: LoadReport): string {
  const { plan, totals } = report;
  const groups = groupSteps(report);
  const of = (pick: (latency: Latency) => number) =>
    peaks(groups, plan.stepMs, (step) => {
      const values = step.actions.filter(({ latency }) => latency.count > 0).map(({ latency }) => pick(latency));
      return values.length === 0 ? undefined : Math.max(...values);
    });
  const series: Series[] = [
    { name: "p50", points: of(({ p50 }) => p50), colour: 1 },
    { name: "p90", points: of(({ p90 }) => p90), colour: 2 },
    { name: "p99", points: of(({ p99 }) => p99), colour: 3 },
    { name: "max", points: of(({ max }) => max), colour: 4, look: "dashed" },
  ];
  return plotFigure({
    title: report.actions.length > 1 ? "Latency over time, of the slowest kind" : "Latency over time",
    summary: `Over all, half took up to ${duration(totals.response.p50)}, 99 of 100 up to ${duration(totals.response.p99)}.`,
    ...{ series, x: time(report), bands: ramp(report), y: latencyAxis(series) },
  });
}

function distribution(report: LoadReport): string {
  const { actions, deliveries: delivered, plan } = report;
  const measured = [
    ...actions.map(({ name, kind, buckets }) => ({ name: label(name, kind), buckets })),
    ...(delivered === undefined ? [] : [{ name: "delivery", buckets: delivered.buckets }]),
  ].map(({ name, buckets }, index) => ({ name, colour: colourOf(index), ...percentileCurve(buckets) }));
  const series = measured.map(({ name, colour, points }) => ({ name, colour, points }));
  const nines = Math.max(...measured.map((one) => one.nines));
  const p99 = actions.map(({ name, response }) => `${name}: ${duration(response.p99)}`).join(", ");
  return plotFigure({
    title: "Latency by percentile",
    summary: `99 of 100 took up to: ${p99}.`,
    series,
    x: {
      label: plan.rate > 0 ? "of all answers, counted from when they were due" : "of all answers",
      scale: percentileScale(nines),
      format: (part) => percentileText(part),
    },
    y: latencyAxis(series),
  });
}

function connections(report: LoadReport): string {
  const { plan, connections: all } = report;
  const series: Series[] = [
    {
      name: "connected",
      points: peaks(groupSteps(report), plan.stepMs, (step) => step.connected),
      colour: 1,
      look: "area",
    },
  ];
  return plotFigure({
    title: "Clients connected",
    summary: `${count(all.opened)} of ${count(plan.clients)} were connected; ${count(all.failed)} attempts failed.`,
    ...{ series, x: time(report), bands: ramp(report) },
    y: { label: "clients", scale: linearScale(0, plan.clients), format: short },
  });
}

function failures(report: LoadReport): string {
  const { plan, errors, connections: all } = report;
  const groups = groupSteps(report);
  const codes = Object.keys(errors).sort((one, other) => (errors[other] ?? 0) - (errors[one] ?? 0));
  const series: Series[] = codes.slice(0, COLOURS - 1).map((code, index) => ({
    name: code,
    points: rates(groups, plan.stepMs, (step) => step.actions.reduce((sum, one) => sum + (one.errors[code] ?? 0), 0)),
    colour: ((index + 3) % (COLOURS - 1)) + 1,
  }));
  if (all.lost > 0) {
    const points = rates(groups, plan.stepMs, (step) => step.lost);
    series.push({ name: "connections lost", points, colour: COLOURS, look: "dashed" });
  }
  return plotFigure({
    title: "Errors a second",
    summary: codes.map((code) => `${code}: ${count(errors[code] ?? 0)}`).join(", "),
    ...{ series, x: time(report), bands: ramp(report) },
    y: { label: "a second", scale: linearScale(0, Math.max(1, ...highest(series))), format: short },
  });
}

function deliveries(report: LoadReport): string {
  const { plan, deliveries: delivered } = report;
  const groups = groupSteps(report);
  const of = (pick: (latency: Latency) => number) =>
    peaks(groups, plan.stepMs, (step) => (step.deliveries.count === 0 ? undefined : pick(step.deliveries)));
  const series: Series[] = [
    { name: "p50", points: of(({ p50 }) => p50), colour: 1 },
    { name: "p99", points: of(({ p99 }) => p99), colour: 3 },
    { name: "max", points: of(({ max }) => max), colour: 4, look: "dashed" },
  ];
  return plotFigure({
    title: "From publishing to each subscriber",
    summary: `${count(delivered?.latency.count ?? 0)} deliveries, 99 of 100 within ${duration(delivered?.latency.p99 ?? 0)}.`,
    ...{ series, x: time(report), bands: ramp(report), y: latencyAxis(series) },
  });
}

function tool(report: LoadReport): string {
  const busy = peaks(groupSteps(report), report.plan.stepMs, (step) => step.busy);
  return plotFigure({
    title: "How busy the load itself was",
    summary: "Part of the time in which the event loop of its busiest process had something to do.",
    series: [{ name: "busiest process", points: busy, colour: 5 }],
    ...{ x: time(report), bands: ramp(report) },
    y: { label: "of its time", scale: linearScale(0, 1), format: (part) => percent(Math.round(part * 1_000) / 1_000) },
    levels: [{ at: BUSY, label: "above this, it measures itself" }],
  });
}

function latencyAxis(series: readonly Series[]): Axis {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y)).filter((value) => value > 0);
  const [low, high] = values.length === 0 ? [1, 1_000] : [minOf(values), maxOf(values)];
  return { label: "latency", scale: logScale(low, high), format: duration };
}

function percentileText(part: number): string {
  return `${Number((part * 100).toFixed(6))} %`;
}

export function label(name: string, kind: "call" | "publish"): string {
  return kind === "publish" ? `publish ${name}` : name;
}

function highest(series: readonly Series[]): number[] {
  return series.map(({ points }) => maxOf(points.map(([, y]) => y)));
}

// thousands of arguments are too many for Math.max
function maxOf(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), 0);
}

function minOf(values: readonly number[]): number {
  return values.reduce((least, value) => (value < least ? value : least), Number.POSITIVE_INFINITY);
}

function colourOf(index: number): number {
  return (index % COLOURS) + 1;
}
