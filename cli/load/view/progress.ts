import type { Plan } from "../plan.ts";
import type { Results } from "../results.ts";

/** How far a run is. */
export interface Progress {
  /** From 0 to 1. */
  readonly part: number;
  readonly elapsedS: number;
  /** Undefined where it is not known. */
  readonly leftS: number | undefined;
}

/** By its time, or by what is done, whichever ends it sooner. @param elapsedS since the start, in seconds */
export function progressOf(plan: Plan, { ok, errors }: Pick<Results, "ok" | "errors">, elapsedS: number): Progress {
  const total = plan.rampS + plan.durationS;
  const byTime = plan.durationS > 0 ? elapsedS / total : 0;
  const done = ok + Object.values(errors).reduce((sum, count) => sum + count, 0);
  const byCalls = plan.iterations > 0 ? done / (plan.iterations * plan.clients) : 0;
  const part = Math.min(1, Math.max(byTime, byCalls));
  return { part, elapsedS, leftS: part > 0 ? (elapsedS / part) * (1 - part) : undefined };
}
