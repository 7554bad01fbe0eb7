import type { Comparison } from "./latencies.ts";
import type { SweatEnd } from "./sweat-run.ts";
import { formatDuration } from "./text.ts";

/** What the comparison comes to, in one sentence without its full stop. */
export function comparisonText({ before, during }: Comparison, over: boolean): string {
  if (before === undefined) return "Light calls: not timed yet";
  const calm = `Light calls: ${formatDuration(before.median)} before`;
  if (during === undefined) return calm;
  return `${calm}, ${formatDuration(during.median)} while it ${over ? "sweated" : "sweats"}`;
}

/** How a run ended. @param sweatedMs undefined where it had not begun to sweat */
export function endText(end: SweatEnd, hashes: number, sweatedMs: number | undefined): string {
  if (sweatedMs === undefined) {
    return end === "lost" ? "The connection was lost before it began to sweat." : "Stopped before it began to sweat.";
  }
  const made = `${count(hashes, "hash", "hashes")} in ${seconds(sweatedMs)}`;
  if (end === "lost") return `The connection was lost, and the run ended with it: ${made}.`;
  return `${end === "time" ? "Done" : "Stopped"}: ${made}; nothing is in flight.`;
}

/** What went wrong, a sentence for each kind; empty where nothing did. @param errors how many heavy calls, by code */
export function problemsText(errors: ReadonlyMap<string, number>, lightFailures: number): string {
  const heavy = [...errors].map(([code, times]) => {
    const failed = `${count(times, "heavy call", "heavy calls")} failed: ${code}`;
    return code === "OVERLOADED" ? `${failed}, and the next waited as long as the server asked.` : `${failed}.`;
  });
  const light = lightFailures === 0 ? [] : [`${count(lightFailures, "light call", "light calls")} failed.`];
  return [...heavy, ...light].join(" ");
}

/** Hashes per second, with as many digits as tell something. Undefined before the first. */
export function rateText(hashes: number, sweatedMs: number | undefined): string | undefined {
  if (hashes === 0 || sweatedMs === undefined || sweatedMs <= 0) return undefined;
  const rate = (hashes * 1_000) / sweatedMs;
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
