import { byId } from "./dom.ts";
import { axisTop, type PlotBox, plotPoints } from "./plot-scale.ts";
import type { LightSample, SweatPlan, SweatRun } from "./sweat-run.ts";

/** The drawing's own units, which the style sheet stretches. */
const WIDTH = 1_000;
const HEIGHT = 100;

/** Draws how long each light call of a run took, and marks the time of sweat. */
export class SweatPlot {
  readonly #span = byId("sweat-span", SVGRectElement);
  readonly #calm = byId("sweat-calm", SVGPolylineElement);
  readonly #hot = byId("sweat-hot", SVGPolylineElement);
  readonly #top = byId("sweat-top", HTMLElement);
  readonly #lengthMs: number;

  /** @param plan whose runs are drawn */
  constructor({ baselineMs, sweatMs }: SweatPlan) {
    this.#lengthMs = baselineMs + sweatMs;
    byId("sweat-tick", HTMLElement).style.left = `${(100 * baselineMs) / this.#lengthMs}%`;
  }

  draw({ samples, sweatStartMs = 0, sweatedMs = 0 }: SweatRun): void {
    const top = axisTop(samples.map(({ tookMs }) => tookMs));
    const box = { width: WIDTH, height: HEIGHT, right: this.#lengthMs, top };
    this.#top.textContent = `${top.toLocaleString("en")} ms`;
    line(this.#calm, samples, false, box);
    line(this.#hot, samples, true, box);
    const unit = WIDTH / this.#lengthMs;
    this.#span.setAttribute("x", `${sweatStartMs * unit}`);
    this.#span.setAttribute("width", `${Math.min(WIDTH - sweatStartMs * unit, sweatedMs * unit)}`);
  }
}

function line(element: SVGPolylineElement, samples: readonly LightSample[], sweating: boolean, box: PlotBox): void {
  const values = samples
    .filter((sample) => sample.sweating === sweating)
    .map(({ atMs, tookMs }) => [atMs, tookMs] as const);
  element.setAttribute("points", plotPoints(values, box));
}
