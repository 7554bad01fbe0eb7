/** Height of a plot at least, in milliseconds: noise of a tenth is not to look like a storm. */
const LEAST_TOP = 2;
const STEPS = [1, 2, 5, 10];

/** A round number at or above all values, for the upper end of an axis that begins at 0. */
export function axisTop(values: readonly number[]): number {
  const highest = Math.max(LEAST_TOP, ...values);
  const magnitude = 10 ** Math.floor(Math.log10(highest));
  const step = STEPS.find((one) => one * magnitude >= highest) ?? 10;
  return step * magnitude;
}

/** A box that values are drawn in: `width` stands for `right`, `height` for `top`. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
  readonly right: number;
  readonly top: number;
}

/** The `points` of a polyline through values at their times, later ones further to the right, larger ones higher. */
export function plotPoints(values: readonly (readonly [at: number, value: number])[], box: PlotBox): string {
  return values
    .map(([at, value]) => {
      const x = (at / box.right) * box.width;
      const y = box.height - (value / box.top) * box.height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
