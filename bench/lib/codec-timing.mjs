// How long codecs take for messages, beside each other.

/**
 * Runs each piece of work for about `sliceMs` in each round, in turns, so that a slow moment of the machine hits all alike;
 * the first round only warms up.
 *
 * @returns for each of them, the nanoseconds of one run by round
 */
export function timeInTurns(works, rounds, sliceMs) {
  const took = works.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, work] of works.entries()) {
      const nanoseconds = timed(work, sliceMs);
      if (round > 0) took[index].push(nanoseconds);
    }
  }
  return took;
}

/** Nanoseconds of one run of `work`, over about `sliceMs`. */
function timed(work, sliceMs) {
  let runs = 0;
  let batch = 1;
  const started = process.hrtime.bigint();
  const end = started + BigInt(Math.round(sliceMs * 1e6));
  for (;;) {
    for (let count = 0; count < batch; count++) work();
    runs += batch;
    const now = process.hrtime.bigint();
    if (now >= end) return Number(now - started) / runs;
    if (batch < 1_000) batch *= 2;
  }
}
