import type { CliOptions } from "../../command.ts";
import type { Outputs, Plan } from "../plan.ts";
import type { Results } from "../results.ts";
import { frame, frameLine } from "./frame.ts";
import { paintFor, Redrawn } from "./terminal.ts";

const REDRAW_MS = 250;
const LINE_MS = 5_000;

/**
 * Shows a run while it is under way: in place on a terminal, else as a line every few seconds.
 * @param elapsed seconds since the start
 * @returns ends it, and leaves nothing behind on a terminal
 */
export function show(
  plan: Plan,
  results: Results,
  elapsed: () => number,
  { quiet, noTty }: Pick<Outputs, "quiet" | "noTty">,
  { stderr, env }: Pick<CliOptions, "stderr" | "env">,
): () => void {
  if (quiet) return () => {};
  if (!stderr.isTTY || noTty || env.TERM === "dumb") {
    const timer = setInterval(() => stderr.write(`${frameLine(plan, results, elapsed())}\n`), LINE_MS);
    return () => clearInterval(timer);
  }
  const lines = new Redrawn(stderr);
  const paint = paintFor(env);
  const draw = () => lines.draw(frame(plan, results, elapsed(), paint));
  const timer = setInterval(draw, REDRAW_MS);
  draw();
  return () => {
    clearInterval(timer);
    lines.clear();
  };
}
