import type { DemoClient } from "./demo-client.ts";
import { byId } from "./dom.ts";
import { compare } from "./latencies.ts";
import { SweatFigures } from "./sweat-figures.ts";
import { SweatPlot } from "./sweat-plot.ts";
import { SWEAT_PLAN, SweatRun, type SweatStage } from "./sweat-run.ts";
import { comparisonText, endText, problemsText } from "./sweat-text.ts";

const DRAW_EVERY_MS = 125;
/** For people who asked for less motion. */
const DRAW_RARELY_MS = 1_000;
const PASSWORD = "correct horse battery staple";

const WORDS: Readonly<Record<Exclude<SweatStage, "done">, string>> = {
  baseline: `Timing light calls in peace, for ${SWEAT_PLAN.baselineMs / 1_000} seconds …`,
  sweating: `Sweating, for ${SWEAT_PLAN.sweatMs / 1_000} seconds …`,
};

/** Keeps the server's threads busy with heavy calls, and shows that light ones do not notice. */
export function sweatSection(client: DemoClient): void {
  const button = byId("sweat-button", HTMLButtonElement);
  const line = byId("sweat-state", HTMLElement);
  const status = byId("sweat-status", HTMLElement);
  const result = byId("sweat-result", HTMLElement);
  const figures = new SweatFigures(new SweatPlot(SWEAT_PLAN));
  let run: SweatRun | undefined;

  /** Writes only what is new: it is read out. */
  const say = (kind: "busy" | "done" | "failed", text: string): void => {
    line.dataset.state = kind;
    if (status.textContent !== text) status.textContent = text;
  };
  const show = (shown: SweatRun): void => {
    figures.show(shown);
    if (shown.stage !== "done") say("busy", WORDS[shown.stage]);
  };

  async function sweat(): Promise<void> {
    const mine = new SweatRun({
      light: (signal) => client.call("test.echo", "light", { signal }),
      heavy: (signal) => client.call("heavy.hash", { password: PASSWORD }, { signal }),
    });
    run = mine;
    result.textContent = "";
    button.textContent = "Stop";
    button.classList.remove("primary");
    show(mine);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(() => show(mine), calm ? DRAW_RARELY_MS : DRAW_EVERY_MS);
    await mine.done;
    clearInterval(timer);
    run = undefined;
    show(mine);
    button.textContent = "Make it sweat";
    button.classList.add("primary");
    say(mine.end === "lost" ? "failed" : "done", endText(mine.end ?? "time", mine.hashes, mine.sweatedMs));
    const compared = comparisonText(compare(mine.samples), true);
    result.textContent = `${compared}. ${problemsText(mine.errors, mine.lightFailures)}`;
  }

  // a key that is held down would start and stop in turn
  button.addEventListener("keydown", (event) => {
    if (event.repeat) event.preventDefault();
  });
  button.addEventListener("click", () => {
    if (run !== undefined) run.stop();
    else if (client.state === "open") void sweat();
    else {
      result.textContent = "";
      say("failed", "There is no connection to the server just now; try again when it is back.");
    }
  });
  // its calls would go on over the next connection, but what they took would tell of the loss
  client.on("disconnected", () => run?.stop("lost"));
}
