import { readFileSync } from "node:fs";

/** How often to look whether the package manager is still there, in milliseconds. */
const LOOK_MS = 250;

/**
 * npm and Yarn 1 run a script in a shell, and forward SIGTERM no further than to that shell, which dies and leaves its
 * child behind. So the end of the parent counts as the signal. A package manager that was killed, or has got SIGHUP,
 * leaves its shell behind as well: so does the end of whoever started that.
 *
 * @param file name of the script that the package manager runs
 */
export function endWithParent(file) {
  const parent = process.ppid;
  const starter = starterOf(parent, file);
  const timer = setInterval(() => {
    if (process.ppid === parent && starterOf(parent, file) === starter) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_MS);
  timer.unref();
}

/** Who started the shell that runs this script; undefined where that is no shell, or there is no /proc to ask. */
function starterOf(parent, file) {
  try {
    const isShell = readFileSync(`/proc/${parent}/cmdline`, "utf8").includes(file);
    return isShell
      ? readFileSync(`/proc/${parent}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ")[1]
      : undefined;
  } catch {
    return undefined;
  }
}
