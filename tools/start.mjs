// `npm start`: builds where dist/ is missing or stale, then serves, in this very process so that signals reach it.
// Arguments go to the server: `npm start -- --port 9000`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isStale } from "./build.mjs";

/** How often to look whether the package manager is still there, in milliseconds. */
const LOOK_MS = 250;

/**
 * npm and Yarn 1 run a script in a shell, and forward SIGTERM no further than to that shell, which dies and leaves its
 * child behind. So the end of the parent counts as the signal; it is what a package manager that was killed leaves, too.
 */
function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_MS);
  timer.unref();
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
await import(new URL("../dist/server/main.js", import.meta.url).href);
