// Plots of what was measured beside others.
import { barsFigure } from "../../dist/cli/report/bars.js";
import { duration } from "../../dist/cli/report/format.js";
import { plotFigure } from "../../dist/cli/report/plot.js";
import { logScale } from "../../dist/cli/report/scale.js";
import { exponent, median } from "../lib/statistics.mjs";
import { US } from "./goals.mjs";

export const COLOURS = new Map([
  [US, 1],
  ["bare uWebSockets.js", 2],
  ["Bun", 3],
  ["ws", 5],
  ["Socket.IO", 4],
  ["Socket.IO on uWebSockets.js", 6],
]);
/** Where a server has no colour of its own. */
export const GREY = 6;

const cpu = (value) => (value < 1 ? `${Math.round(value * 1_000)} ns` : duration(Math.round(value * 100) / 100));
/** Microseconds for people; a few of them with three digits. */
export const micro = (value) => (value < 10 ? `${Number(value.toPrecision(3))} µs` : cpu(value));
export const range = (values) => [Math.min(...values), Math.max(...values)];
/** The median, and between what the rounds were, if there were more than one. */
export function spread(values, format) {
  const middle = format(median(values));
  return values.length > 1 ? `${middle} (${range(values).map(format).join(" to ")})` : middle;
}

/** A bar for each server, the best first. @param best whether "least" or "most" is */
export function bars(title, label, arms, of, format, best) {
  const shown = arms
    .map((arm) => ({
      name: arm.name,
      value: median(arm[of]),
      range: range(arm[of]),
      colour: arm.name === US ? 1 : GREY,
    }))
    .sort((one, other) => (best === "least" ? one.value - other.value : other.value - one.value));
  const summary = shown.map(({ name, value }) => `${name} ${format(value)}`).join(", ");
  return barsFigure({ title, summary, label, format, bars: shown });
}

/** The exponent of growth in each round. @param points `{ at, costs }`, of which those below `from` do not count */
export function exponents(points, from = 0) {
  const counted = points.filter(({ at }) => at >= from);
  const [{ costs } = { costs: [] }] = counted;
  return costs.map((_, round) => exponent(counted.map((point) => [point.at, point.costs[round]])));
}

/** Lines over two logarithmic axes, each named with the exponent of its growth, the median of the rounds'. */
export function growth(title, x, y, arms, from = 0) {
  const lines = arms.map(({ name, points }) => ({ name, points: points.map(({ at, costs }) => [at, median(costs)]) }));
  const all = lines.flatMap(({ points }) => points);
  const scale = (at) =>
    logScale(Math.min(...all.map((point) => point[at])), Math.max(...all.map((point) => point[at])));
  const named = lines.map(({ name, points }, index) => {
    const k = median(exponents(arms[index].points, from));
    return { name: `${name}: ${k.toFixed(2)}`, points, colour: COLOURS.get(name) ?? GREY };
  });
  return plotFigure({
    ...{ title, summary: `Exponents of growth: ${named.map(({ name }) => name).join(", ")}.`, series: named },
    x: { ...x, scale: scale(0) },
    y: { ...y, scale: scale(1) },
  });
}

/** The axis of costs. */
export const per = { label: "CPU of the server, in µs", format: micro };
