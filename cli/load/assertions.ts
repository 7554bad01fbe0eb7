/** What can be asked of a run. */
export interface Assertion {
  readonly text: string;
  readonly metric: Metric;
  readonly operator: Operator;
  /** Durations in microseconds, parts as such: 1 % is 0.01. */
  readonly limit: number;
  readonly percent: boolean;
}

export interface Verdict {
  readonly text: string;
  readonly holds: boolean;
  /** What was measured, for people. */
  readonly found: string;
}

/** What assertions look at. Durations in microseconds. */
export type Measured = Readonly<Record<Exclude<Metric, "errors">, number>> & {
  readonly errors: number;
  /** The part of all calls that failed. */
  readonly errorRate: number;
};

const DURATIONS = ["p50", "p90", "p99", "p99.9", "max", "mean"] as const;
const NUMBERS = ["rate", "calls", "lost", "reconnects", "unconnected"] as const;
type Metric = (typeof DURATIONS)[number] | (typeof NUMBERS)[number] | "errors";
type Operator = "<" | "<=" | ">" | ">=";

const METRICS: readonly string[] = [...DURATIONS, ...NUMBERS, "errors"];
const FORM = /^([a-z][a-z0-9.]*)\s*(<=|>=|<|>)\s*(\d+(?:_\d+)*(?:\.\d+)?)\s*(us|µs|ms|s|%)?$/;
const UNITS: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1_000, s: 1_000_000 };
const MS = 1_000;

/**
 * Reads `p99<50,errors<1%,rate>=1000`. Durations are in milliseconds unless they have a unit.
 * @throws Error what is wrong with it
 */
export function parseAssertions(text: string): readonly Assertion[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(parseAssertion);
}

function parseAssertion(text: string): Assertion {
  const [, name = "", operator = "", digits = "", unit] = FORM.exec(text) ?? [];
  if (name === "") throw new Error(`${JSON.stringify(text)} is none: write for example p99<50 or errors<1%`);
  if (!METRICS.includes(name)) throw new Error(`${name} is not measured; there are ${METRICS.join(", ")}`);
  const number = Number(digits.replaceAll("_", ""));
  const isDuration = (DURATIONS as readonly string[]).includes(name);
  const percent = unit === "%";
  if (percent && name !== "errors") throw new Error(`${name} is no part of anything: leave out the %`);
  if (unit !== undefined && !percent && !isDuration) throw new Error(`${name} is no time: leave out ${unit}`);
  const factor = isDuration ? (UNITS[unit ?? "ms"] ?? MS) : percent ? 0.01 : 1;
  return { text, metric: name as Metric, operator: operator as Operator, limit: number * factor, percent };
}

/** Whether it holds for what was measured. Where nothing was answered, no duration holds. */
export function check({ text, metric, operator, limit, percent }: Assertion, measured: Measured): Verdict {
  const value = metric === "errors" && percent ? measured.errorRate : measured[metric];
  const isDuration = (DURATIONS as readonly string[]).includes(metric);
  if (isDuration && measured.calls === 0) return { text, holds: false, found: "nothing was answered" };
  const holds = { "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit }[operator];
  const found = isDuration ? `${value / MS} ms` : percent ? `${round(value * 100)} %` : String(round(value));
  return { text, holds, found };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
