/** What is shown where something is not known. */
export const UNKNOWN = "–";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const TENTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const LARGE = 100_000;
const KIB = 1_024;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const SECOND_MS = 1_000;

/** A count as people read it. */
export function count(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  return value >= LARGE ? COMPACT.format(value) : WHOLE.format(value);
}

/** So many in a second: small rates with their tenths. */
export function rate(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  return value < 10 ? TENTHS.format(value) : count(value);
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  let scaled = value;
  let unit = 0;
  while (scaled >= KIB && unit < UNITS.length - 1) {
    scaled /= KIB;
    unit++;
  }
  return `${scaled < 10 ? TENTHS.format(scaled) : WHOLE.format(scaled)} ${UNITS[unit]}`;
}

/** Milliseconds, as exactly as they mean something. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  if (ms >= SECOND_MS) return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 2 : 0)} s`;
  return `${ms.toFixed(ms < 1 ? 2 : ms < 10 ? 1 : 0)} ms`;
}

export function share(value: number | undefined): string {
  return value === undefined ? UNKNOWN : `${WHOLE.format(value * 100)} %`;
}

/** How long something has been there, in its two largest units. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** `1 connection`, `2 connections`. */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${WHOLE.format(value)} ${value === 1 ? one : many}`;
}
