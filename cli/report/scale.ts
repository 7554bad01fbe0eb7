/** Where values of an axis stand. */
export interface Scale {
  /** From the lower end (0) to the upper end (1) of the axis; beyond where a value is. */
  at(value: number): number;
  /** Round values to be named, in order. */
  readonly ticks: readonly number[];
  /** More of them, to be drawn thinly, without names. */
  readonly minor: readonly number[];
}

const STEPS = [1, 2, 5, 10];
/** As many decades as a logarithmic axis names at most. */
const MOST_DECADES = 8;
const FEW_DECADES = 2;
const MANY_NINES = 4;

/** An axis on which equal lengths are equal differences, from `min` to a round value at or above `max`. */
export function linearScale(min: number, max: number, ticks = 5): Scale {
  const span = max > min ? max - min : 1;
  const rough = span / ticks;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((one) => one * magnitude >= rough * 0.999) ?? 10) * magnitude;
  const top = min + Math.ceil((span / step) * 0.999) * step;
  return {
    at: (value) => (value - min) / (top - min),
    // counted, as adding would add up what is lost by rounding
    ticks: Array.from({ length: Math.round((top - min) / step) + 1 }, (_, index) => min + index * step),
    minor: [],
  };
}

/** The same, ending where `max` is. */
export function exactScale(min: number, max: number, ticks = 6): Scale {
  const span = max > min ? max - min : 1;
  const round = linearScale(min, min + span, ticks);
  return {
    at: (value) => (value - min) / span,
    ticks: round.ticks.filter((tick) => tick <= min + span * 1.001),
    minor: [],
  };
}

/**
 * An axis on which equal lengths are equal factors, over whole decades or, where there are few, from a round value to one.
 * What is not above 0 stands at the lower end.
 */
export function logScale(min: number, max: number): Scale {
  const low = Math.max(min, Number.MIN_VALUE);
  const high = Math.max(max, low * 1.01);
  const few = Math.log10(high / low) < FEW_DECADES;
  const bottom = few ? roundDown(low) : 10 ** Math.floor(Math.log10(low) + 1e-9);
  const top = few ? roundUp(high) : 10 ** Math.ceil(Math.log10(high) - 1e-9);
  const span = Math.log(top / bottom);
  const decades = Math.ceil(Math.log10(top / bottom));
  const every = Math.ceil(decades / MOST_DECADES);
  const all: number[] = [];
  for (let decade = Math.floor(Math.log10(bottom)); 10 ** decade <= top * 1.001; decade++) {
    for (let digit = 1; digit < 10; digit++) all.push(Number((digit * 10 ** decade).toPrecision(3)));
  }
  const inside = all.filter((value) => value >= bottom * 0.999 && value <= top * 1.001);
  const named = (value: number) => {
    const digit = Number(value.toExponential(0)[0]);
    return few ? STEPS.includes(digit) : digit === 1 && Math.round(Math.log10(value / bottom)) % every === 0;
  };
  return {
    at: (value) => (value > bottom ? Math.log(value / bottom) / span : 0),
    ticks: inside.filter(named),
    minor: inside.filter((value) => !named(value)),
  };
}

/**
 * The axis of percentiles: each nine takes as much room as the one before. Values are parts from 0 to below 1.
 * @param nines how many there are: 4 is 99.99 %
 */
export function percentileScale(nines: number): Scale {
  // half of all is near to none of all where there are many nines
  const half = nines > MANY_NINES ? [] : [0.5];
  const named = [0, ...half, ...Array.from({ length: nines }, (_, index) => 1 - 10 ** -(index + 1))];
  return {
    at: (part) => Math.min(1, -Math.log10(1 - Math.min(part, 1 - 1e-12)) / nines),
    ticks: named,
    minor: [],
  };
}

function roundDown(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.findLast((one) => one * magnitude <= value * 1.001) ?? 1;
  return step * magnitude;
}

function roundUp(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((one) => one * magnitude >= value * 0.999) ?? 10) * magnitude;
}
