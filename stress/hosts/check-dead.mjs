/** Looks whether those jobs, and only those, are among the dead letters whose callers were told that they were given up. */
export async function checkDead(world, actors) {
  const dead = await world.cluster.deadJobs();
  const calls = actors.flatMap(({ calls: own }) => [...(own?.values() ?? [])]);
  for (const call of calls) {
    // which job is that of a call that was answered before it was acknowledged, nobody was told
    if (!call.answered || !call.acknowledged) continue;
    const [{ what }] = call.answers;
    const givenUp = what === "UNAVAILABLE" || (what === "INTERNAL" && call.procedure === "fail");
    if (givenUp && !dead.has(call.job)) {
      world.complain(`${call} was given up, and is not among the dead letters: ${call.story}`);
    }
    if (!givenUp && dead.has(call.job)) world.count("jobs among the dead letters though their callers have results");
  }
  world.count("jobs among the dead letters", dead.size);
}
