/** What is done about a wish for another number of socket workers. */
export interface Scaling {
  /** How many there were to be, and are to be. */
  readonly before: number;
  readonly workers: number;
  /** The numbers of those that start, and of those that end. */
  readonly starting: readonly number[];
  readonly draining: readonly number[];
}

/** What is to be done, where there are these numbers: the highest ones end. */
export function planScaling(numbers: readonly number[], workers: number): Scaling {
  const starting = Array.from({ length: workers }, (_, index) => index + 1).filter((one) => !numbers.includes(one));
  return { before: numbers.length, workers, starting, draining: numbers.filter((number) => number > workers) };
}
