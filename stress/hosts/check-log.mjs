/** Of what is broken on purpose everybody may complain, but not of more. */
const SERIOUS = new Set(["error", "fatal"]);
const DEATH = /^a socket worker died \((.*)\); replacing it/;

/** What of the log is news: whatever is more than a warning, but that those died who were killed. */
export function checkLog(world) {
  for (const { level, msg, ...rest } of world.cluster.records) {
    const [, how] = DEATH.exec(msg) ?? [];
    if (SERIOUS.has(level) && how !== "signal SIGKILL") world.complain(`the log says: ${msg} ${JSON.stringify(rest)}`);
  }
  if (world.cluster.stderr !== "") world.complain(`a process wrote to stderr: ${world.cluster.stderr}`);
}
