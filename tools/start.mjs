// `npm start`: builds where dist/ is missing or stale, then serves, in this very process so that signals reach it.
// Arguments go to the server: `npm start -- --port 9000`.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isStale } from "./build.mjs";

/** How often to look whether the package manager is still there, in milliseconds. */
const LOOK_MS = 250;

/**
 * npm and Yarn 1 run a script in a shell, and forward SIGTERM no further than to that shell, which dies and leaves its
 * child behind. So the end of the parent counts as the signal. A package manager that was killed, or has got SIGHUP,
 * leaves its shell behind as well: so does the end of whoever started that.
 */
function endWithParent() {
  const parent = process.ppid;
  const starter = starterOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && starterOf(parent) === starter) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_MS);
  timer.unref();
}

/** Who started the shell that runs this script; undefined where that is no shell, or there is no /proc to ask. */
function starterOf(parent) {
  try {
    const isShell = readFileSync(`/proc/${parent}/cmdline`, "utf8").includes("start.mjs");
    return isShell
      ? readFileSync(`/proc/${parent}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ")[1]
      : undefined;
  } catch {
    return undefined;
  }
}

// socket workers run this file as well; their parent is the primary
if (!process.env.FUGITIVE_SOCKET_WORKER) {
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  if (isStale()) {
    // in a process of its own, which takes the compiler's memory and processes with it when it ends
    const { status } = spawnSync(process.execPath, [fileURLToPath(new URL("build.mjs", import.meta.url))], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (status !== 0) process.exit(1);
  }
}
await import(new URL("../dist/cli/main.js", import.meta.url).href);
