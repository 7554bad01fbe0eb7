import type { Repl } from "./definition.ts";
import { LineError } from "./line-error.ts";
import { runLine } from "./run-line.ts";

export interface Script {
  readonly repl: Repl;
  readonly lines: AsyncIterable<string> | Iterable<string>;
  /** Whether it goes on after a line that failed. */
  readonly keepGoing: boolean;
  /** Whether a line has asked to leave. */
  readonly left: () => boolean;
}

/**
 * Runs lines one after the other, each when the one before is done.
 * @returns whether all went well
 */
export async function runScript({ repl, lines, keepGoing, left }: Script): Promise<boolean> {
  let good = true;
  try {
    for await (const line of lines) {
      good = (await runLine(repl, line)) && good;
      if (left() || (!good && !keepGoing)) break;
    }
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    repl.view.problem(error.message);
    good = false;
  }
  return good;
}
