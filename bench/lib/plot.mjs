const WIDTH = 50;

/**
 * How many values fall in each step, as bars of text, one line each.
 *
 * @param values in milliseconds
 * @param stepMs how long a step is, in milliseconds
 * @param fromMs where the first step begins
 */
export function plot(values, stepMs, fromMs) {
  const counts = [];
  for (const value of values) {
    const step = Math.max(0, Math.floor((value - fromMs) / stepMs));
    counts[step] = (counts[step] ?? 0) + 1;
  }
  const most = Math.max(...counts.filter((count) => count !== undefined));
  return Array.from(counts, (count = 0, step) => {
    const seconds = ((fromMs + step * stepMs) / 1_000).toFixed(1).padStart(6);
    const bar = "█".repeat(Math.ceil((count / most) * WIDTH));
    return `${seconds} s  ${String(count).padStart(6)}  ${bar}`.trimEnd();
  }).join("\n");
}
