import type { LoadReport } from "../report-shape.ts";

type Step = LoadReport["steps"][number];

/** As many points as a plot shows: more could not be told apart. */
const MOST_POINTS = 400;

/** Steps that are shown as one point, in order; the last one of a run is left out where it is cut short. */
export function groupSteps({ steps, seconds, plan }: LoadReport): readonly (readonly Step[])[] {
  const stepS = plan.stepMs / 1_000;
  const end = plan.durationS > 0 ? Math.min(seconds, plan.rampS + plan.durationS) : seconds;
  const whole = steps.filter(({ at }, index) => index === 0 || at + stepS <= end + stepS / 10);
  const size = Math.max(1, Math.ceil(whole.length / MOST_POINTS));
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.slice(index * size, (index + 1) * size),
  );
}

/** A number of each group at its time: the mean of its steps, as a rate. @param stepMs how long one of them is */
export function rates(
  groups: readonly (readonly Step[])[],
  stepMs: number,
  of: (step: Step) => number,
): (readonly [number, number])[] {
  return groups.map((steps) => {
    const sum = steps.reduce((total, step) => total + of(step), 0);
    return [middle(steps, stepMs), (sum * 1_000) / (stepMs * steps.length)];
  });
}

/** The highest number of each group at its time; none where there is none. */
export function peaks(
  groups: readonly (readonly Step[])[],
  stepMs: number,
  of: (step: Step) => number | undefined,
): (readonly [number, number])[] {
  return groups.map((steps) => {
    const values = steps.map(of).filter((value) => value !== undefined);
    return [middle(steps, stepMs), values.length === 0 ? Number.NaN : Math.max(...values)];
  });
}

/** What part of all did not exceed which value: the curve of a histogram, for an axis of percentiles. */
export function percentileCurve(buckets: readonly (readonly [number, number])[]): {
  readonly points: (readonly [part: number, us: number])[];
  readonly nines: number;
} {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  // of a thousand, one is the worst: what is beyond nobody has measured
  const nines = Math.max(2, Math.min(6, Math.ceil(Math.log10(Math.max(1, total)))));
  const last = 1 - 10 ** -nines;
  const points: (readonly [number, number])[] = [];
  let before = 0;
  for (const [us, count] of buckets) {
    points.push([Math.min(last, before / total), us]);
    before += count;
    points.push([Math.min(last, before / total), us]);
  }
  return { points: thinned(points), nines };
}

/** Leaves out points that would be drawn over each other. */
function thinned(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const place = (part: number) => Math.round(-Math.log10(1 - part) * MOST_POINTS);
  return points.filter(([part], index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return (
      before === undefined || after === undefined || place(part) !== place(before[0]) || place(part) !== place(after[0])
    );
  });
}

function middle(steps: readonly Step[], stepMs: number): number {
  const [first, last] = [steps[0]?.at ?? 0, steps.at(-1)?.at ?? 0];
  return (first + last + stepMs / 1_000) / 2;
}
