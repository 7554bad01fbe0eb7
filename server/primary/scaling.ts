/** What is done about a wish for another number of socket workers. */
export interface Scaling {
  /** How many there were to be, and are to be. */
  readonly before: number;
  readonly workers: number;
  /** The numbers of those that start, and of those that end. */
  readonly starting: readonly number[];
  readonly draining: readonly number[];
}

/** What has to be done for so many socket workers. @param numbers of those there are: the highest end */
export function scalingTo(workers: number, numbers: readonly number[]): Scaling {
  const draining = numbers.filter((number) => number > workers);
  const starting = Array.from({ length: workers }, (_, index) => index + 1).filter((one) => !numbers.includes(one));
  return { before: numbers.length, workers, starting, draining };
}
