const HARMLESS = new Set(["trace", "debug", "info"]);
const DEATH = /^a socket worker died \((.*)\); replacing it/;
/** A rolling restart ends where a new process is killed in the middle of it, as it cannot know who did that. */
const ROLLOUT_ENDED =
  /^rolling restart: ended, as socket worker \d+ (served, and died|ended before it served \(signal SIGKILL\))/;

/** What of the log is news: everything but that those died who were killed. */
export function checkLog(world) {
  const killed = new Set(world.blows.filter(({ what }) => what === "killed").map(({ pid }) => pid));
  for (const record of world.cluster.records) {
    const { level, msg, ...rest } = record;
    if (HARMLESS.has(level)) continue;
    const [, how] = DEATH.exec(msg) ?? [];
    if (how === "signal SIGKILL" && killed.has(record.worker_pid)) continue;
    if (ROLLOUT_ENDED.test(msg) && killed.size > 0) continue;
    world.complain(`the log says: ${msg} ${JSON.stringify(rest)}`);
  }
  if (world.cluster.stderr !== "") world.complain(`the server wrote to stderr: ${world.cluster.stderr}`);
}
