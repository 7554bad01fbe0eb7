import { BOUNDS_SECONDS } from "../histogram.ts";
import { METRIC_NAMES, METRICS, type MetricDefinition } from "./definitions.ts";
import type { Snapshot } from "./snapshot.ts";

/** What {@link prometheusText} gives, as an HTTP header says it. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const LE = [...BOUNDS_SECONDS.map(String), "+Inf"];

/**
 * A snapshot in Prometheus's text format. Metrics of which there is nothing to tell are left out.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText(snapshot: Snapshot): string {
  let text = "";
  for (const name of METRIC_NAMES) {
    const all = snapshot[name];
    if (all === undefined || all.length === 0) continue;
    const definition: MetricDefinition = METRICS[name];
    text += `# HELP ${name} ${escapeHelp(definition.help)}\n# TYPE ${name} ${definition.type}\n`;
    for (const [values, numbers] of all) {
      const labels = labelsText(definition.labels, values);
      text +=
        definition.type === "histogram"
          ? histogramText(name, labels, numbers)
          : `${name}${braced(labels)} ${numberText(numbers[0] as number)}\n`;
    }
  }
  return text;
}

function histogramText(name: string, labels: string, numbers: readonly number[]): string {
  const comma = labels === "" ? "" : ",";
  let text = "";
  let count = 0;
  for (let index = 0; index < LE.length; index++) {
    count += numbers[index] ?? 0;
    text += `${name}_bucket{${labels}${comma}le="${LE[index]}"} ${count}\n`;
  }
  const sum = numberText(numbers[LE.length] ?? 0);
  return `${text}${name}_sum${braced(labels)} ${sum}\n${name}_count${braced(labels)} ${count}\n`;
}

/** A label without a value is the same as no label. */
function labelsText(names: readonly string[], values: readonly string[]): string {
  let text = "";
  for (let index = 0; index < names.length; index++) {
    const value = values[index] ?? "";
    if (value !== "") text += `${text === "" ? "" : ","}${names[index]}="${escapeLabel(value)}"`;
  }
  return text;
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}

/** Also what is no number has its name, and infinity another one than in JavaScript. */
function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** Half a surrogate pair would leave as another character, and two series might then have one name. */
function escapeLabel(value: string): string {
  return escapeHelp(value.toWellFormed()).replaceAll('"', '\\"');
}
