import { count, duration } from "../../report/format.ts";
import type { Plan } from "../plan.ts";
import type { Results } from "../results.ts";
import { progressOf } from "./progress.ts";
import { sparkline } from "./sparkline.ts";
import type { Paint } from "./terminal.ts";

const BAR = 30;
const LABEL = 13;
const MOST_ERRORS = 4;
/** Steps whose latency is the present one: one step may be empty. */
const RECENT_STEPS = 4;

/** What the terminal shows of a run that is under way, line by line. */
export function frame(plan: Plan, results: Results, elapsedS: number, paint: Paint): readonly string[] {
  const { part, leftS } = progressOf(plan, results, elapsedS);
  const steps = results.steps().slice(0, -1);
  const perSecond = steps.map(({ actions }) => (actions.reduce((sum, { ok }) => sum + ok, 0) * 1_000) / plan.stepMs);
  const full = Math.round(part * BAR);
  const left = leftS === undefined ? "" : `  ${Math.ceil(leftS)} s left`;
  const rate = perSecond.at(-1) ?? 0;
  const { p50, p99, p999, max } = results.latency();
  const line = (label: string, text: string) => `${paint.dim(label.padEnd(LABEL))}${text}`;
  const recent = steps.slice(-RECENT_STEPS).flatMap(({ actions }) => actions.map(({ latency }) => latency.p99));
  return [
    `${paint.green("█".repeat(full))}${paint.dim("░".repeat(BAR - full))} ${Math.round(part * 100)} %  ${elapsedS.toFixed(0)} s${left}`,
    line("connected", connectedText(plan, results, paint)),
    line("answered", `${count(results.ok)}  ${count(rate)} a second  ${sparkline(perSecond, BAR)}`),
    line("in flight", count(results.inFlight)),
    line("latency", `p50 ${duration(p50)}  p99 ${duration(p99)}  p99.9 ${duration(p999)}  max ${duration(max)}`),
    line("p99 now", duration(Math.max(0, ...recent))),
    ...(plan.subscribe === "" ? [] : [line("delivered", deliveredText(results))]),
    line("errors", errorsText(results.errors, paint)),
    ...Object.entries(results.closes)
      .slice(-MOST_ERRORS)
      .map(([words, times]) => line("server", paint.yellow(`${words} × ${count(times)}`))),
  ];
}

/** The same in one line, for a log. */
export function frameLine(plan: Plan, results: Results, elapsedS: number): string {
  const { part } = progressOf(plan, results, elapsedS);
  const { p50, p99 } = results.latency();
  const failed = Object.values(results.errors).reduce((sum, times) => sum + times, 0);
  return (
    `${Math.round(part * 100)} %, ${elapsedS.toFixed(0)} s: ${count(results.connected)} connected, ` +
    `${count(results.ok)} answered, ${count(failed)} failed, p50 ${duration(p50)}, p99 ${duration(p99)}`
  );
}

function connectedText({ clients }: Plan, { connected, counts }: Results, paint: Paint): string {
  const text = `${count(connected)} of ${count(clients)}`;
  const notes = [
    ...(counts.failed > 0 ? [`${count(counts.failed)} attempts failed`] : []),
    ...(counts.lost > 0 ? [`${count(counts.lost)} lost, ${count(counts.reconnected)} came back`] : []),
  ];
  return notes.length === 0 ? text : `${text}  ${paint.yellow(notes.join(", "))}`;
}

function deliveredText({ deliveries }: Results): string {
  return `${count(deliveries.count)}  p50 ${duration(deliveries.percentile(50))}  p99 ${duration(deliveries.percentile(99))}`;
}

function errorsText(errors: Readonly<Record<string, number>>, paint: Paint): string {
  const all = Object.entries(errors).sort(([, one], [, other]) => other - one);
  if (all.length === 0) return "none";
  const shown = all.slice(0, MOST_ERRORS).map(([code, times]) => `${code} × ${count(times)}`);
  return paint.red(`${shown.join("  ")}${all.length > MOST_ERRORS ? "  …" : ""}`);
}
