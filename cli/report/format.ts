const US_PER_MS = 1_000;
const US_PER_S = 1_000_000;

/** A duration of microseconds for people, with three digits: `87 µs`, `1.23 ms`, `2.5 s`. */
export function duration(us: number): string {
  if (us < US_PER_MS) return `${Math.round(us)} µs`;
  return us < US_PER_S ? `${digits(us / US_PER_MS)} ms` : `${digits(us / US_PER_S)} s`;
}

/** A number for people: `12,345`, and with three digits what is below a thousand. */
export function count(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : digits(value);
}

/** The same, short enough for an axis: `12k`, `3.4M`. */
export function short(value: number): string {
  for (const [unit, size] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (value >= size) return `${digits(value / size)}${unit}`;
  }
  return digits(value);
}

/** Bytes for people: `1.2 MB`. */
export function bytes(value: number): string {
  return value < 1_000 ? `${Math.round(value)} B` : `${short(value).replace(/([kMG])$/, " $1")}B`;
}

/** A part of 1 as percent, never rounded to nothing or to all. */
export function percent(part: number): string {
  const hundredths = part * 100;
  if (hundredths > 0 && hundredths < 0.01) return "< 0.01 %";
  if (hundredths > 99.99 && hundredths < 100) return "> 99.99 %";
  return `${digits(hundredths)} %`;
}

/** Three digits, as many of them behind the point as are needed. */
function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
