import { byId } from "./dom.ts";
import { compare } from "./latencies.ts";
import type { SweatPlot } from "./sweat-plot.ts";
import type { SweatRun } from "./sweat-run.ts";
import { comparisonText, problemsText, rateText } from "./sweat-text.ts";
import { formatDuration } from "./text.ts";

const UNKNOWN = "–";

/** What a run has come to: its numbers, its plot, and what went wrong. */
export class SweatFigures {
  readonly #plot: SweatPlot;
  readonly #comparison = byId("sweat-comparison", HTMLElement);
  readonly #medianBefore = byId("sweat-median-before", HTMLElement);
  readonly #medianDuring = byId("sweat-median-during", HTMLElement);
  readonly #p99Before = byId("sweat-p99-before", HTMLElement);
  readonly #p99During = byId("sweat-p99-during", HTMLElement);
  readonly #hashes = byId("sweat-hashes", HTMLElement);
  readonly #rate = byId("sweat-rate", HTMLElement);
  readonly #inFlight = byId("sweat-in-flight", HTMLElement);
  readonly #problems = byId("sweat-problems", HTMLElement);

  constructor(plot: SweatPlot) {
    this.#plot = plot;
  }

  show(run: SweatRun): void {
    const compared = compare(run.samples);
    const { before, during } = compared;
    this.#comparison.textContent = comparisonText(compared, run.stage === "done");
    this.#medianBefore.textContent = duration(before?.median);
    this.#medianDuring.textContent = duration(during?.median);
    this.#p99Before.textContent = duration(before?.p99);
    this.#p99During.textContent = duration(during?.p99);
    this.#hashes.textContent = run.sweatedMs === undefined ? UNKNOWN : run.hashes.toLocaleString("en");
    this.#rate.textContent = rateText(run.hashes, run.sweatedMs) ?? UNKNOWN;
    this.#inFlight.textContent = run.inFlight.toLocaleString("en");
    this.#problems.textContent = problemsText(run.errors, run.lightFailures);
    this.#plot.draw(run);
  }
}

function duration(ms: number | undefined): string {
  return ms === undefined ? UNKNOWN : formatDuration(ms);
}
