const NUMBERS_PER_ITEM = 1_000_000;

/** Counts the primes up to a number, tells now and then how far it has come, and returns how many there are. */
export function* countPrimes(last: number): Generator<Progress, number> {
  const composite = new Uint8Array(last + 1);
  let primes = 0;
  for (let number = 2; number <= last; number++) {
    if (composite[number] === 0) {
      primes++;
      for (let multiple = number * number; multiple <= last; multiple += number) composite[multiple] = 1;
    }
    if (number % NUMBERS_PER_ITEM === 0) yield { number, primes };
  }
  return primes;
}

export interface Progress {
  readonly number: number;
  readonly primes: number;
}
