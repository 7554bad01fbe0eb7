const LEVELS = "▁▂▃▄▅▆▇█";

/** The last so many values as bars of text, the highest of them as high as can be. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const top = Math.max(...shown, Number.MIN_VALUE);
  return shown.map((value) => LEVELS[Math.round((Math.max(0, value) / top) * (LEVELS.length - 1))]).join("");
}
