// What codecs cost for messages, beside each other: CPU time, which does not depend on what else the machine does.

/**
 * Runs each piece of work for about `sliceMs` in each round, in turns, so that a slow moment of the machine hits all alike;
 * the first round only warms up.
 *
 * @returns for each of them, the nanoseconds of CPU of one run by round
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

/** Nanoseconds of CPU of one run of `work`, over about `sliceMs`; what collects garbage meanwhile counts as well. */
function timed(work, sliceMs) {
  let runs = 0;
  let batch = 1;
  const before = process.cpuUsage();
  const end = performance.now() + sliceMs;
  for (;;) {
    for (let count = 0; count < batch; count++) work();
    runs += batch;
    if (performance.now() >= end) break;
    if (batch < 1_000) batch *= 2;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / runs;
}
