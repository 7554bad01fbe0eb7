/** A family as a scrape has it. */
export interface Family {
  readonly type: string;
  readonly help: string;
  /** By the sample's whole name, labels in the order of their names. */
  readonly samples: Map<string, number>;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|Inf)|NaN)$/;
const PARTS = ["_bucket", "_sum", "_count"];

/**
 * Reads Prometheus's text format, and puts up with nothing: every sample has a HELP and a TYPE, families are in one piece, no
 * series is there twice, buckets are cumulative and agree with the count.
 * @throws Error saying what is wrong
 */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("The last line does not end.");
  const families = new Map<string, Family>();
  const lines = text.slice(0, -1).split("\n");
  let name = "";
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const help = HELP.exec(line);
    if (help === null) {
      addSample(line, name, families.get(name));
      continue;
    }
    name = help[1] ?? "";
    const type = TYPE.exec(lines[++at] ?? "");
    if (type?.[1] !== name) throw new Error(`No TYPE follows the HELP of ${name}.`);
    if (families.has(name)) throw new Error(`${name} is there twice.`);
    if (/\\(?![\\n])/.test(help[2] ?? "")) throw new Error(`The HELP of ${name} is not escaped.`);
    families.set(name, { type: type[2] ?? "", help: help[2] ?? "", samples: new Map() });
  }
  for (const [each, family] of families) check(each, family);
  return families;
}

function addSample(line: string, name: string, family: Family | undefined): void {
  const [, sample = "", labels, value = ""] = SAMPLE.exec(line) ?? [];
  const names = family?.type === "histogram" ? PARTS.map((part) => name + part) : [name];
  if (family === undefined || !names.includes(sample)) throw new Error(`It is not said what this is: ${line}`);
  if (!NUMBER.test(value)) throw new Error(`No number: ${line}`);
  const series = `${sample}{${readLabels(labels, line).toSorted().join(",")}}`;
  if (family.samples.has(series)) throw new Error(`Twice: ${series}`);
  family.samples.set(series, Number(value.replace("Inf", "Infinity")));
}

/** Each as it is written, without the same name twice. */
function readLabels(text: string | undefined, line: string): string[] {
  if (text === undefined) return [];
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  let ended = false;
  while (!ended) {
    const label = LABEL.exec(text);
    if (label === null || labels.has(label[1] ?? "")) throw new Error(`Wrong labels: ${line}`);
    labels.set(label[1] ?? "", label[0].replace(/,$/, ""));
    ended = label[3] === "";
  }
  return [...labels.values()];
}

function check(name: string, { type, samples }: Family): void {
  if (samples.size === 0) throw new Error(`${name} has no samples.`);
  if ((type === "counter") !== name.endsWith("_total")) throw new Error(`${name} is no name for a ${type}.`);
  if (type !== "histogram") return;
  const last = new Map<string, { le: number; count: number }>();
  for (const [series, count] of samples) {
    const le = /[{,]le="([^"]*)"/.exec(series)?.[1];
    if (le === undefined) continue;
    const rest = series.replace(/,?le="[^"]*"/, "").replace("{,", "{");
    const bound = Number(le.replace("Inf", "Infinity"));
    const before = last.get(rest) ?? { le: Number.NEGATIVE_INFINITY, count: 0 };
    if (bound <= before.le || count < before.count) throw new Error(`${series} is not cumulative.`);
    last.set(rest, { le: bound, count });
  }
  const counts = [...samples.keys()].filter((series) => series.startsWith(`${name}_count{`));
  if (counts.length === 0 || counts.length !== last.size) throw new Error(`Buckets of ${name} without a count.`);
  for (const series of counts) {
    const { le, count } = last.get(series.replace("_count{", "_bucket{")) ?? {};
    if (le !== Number.POSITIVE_INFINITY || count !== samples.get(series)) throw new Error(`${series} is wrong.`);
    if (!samples.has(series.replace("_count{", "_sum{"))) throw new Error(`${series} has no sum.`);
  }
}

/** All samples of a scrape, with labels in the order of their names. @throws Error where it is not what it should be */
export function samplesOf(text: string): Map<string, number> {
  return new Map([...parsePrometheus(text).values()].flatMap(({ samples }) => [...samples]));
}
