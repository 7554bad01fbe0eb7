// `npm start`: builds where dist/ is missing or stale, then serves, in this very process so that signals reach it.
// Arguments go to the server: `npm start -- --port 9000`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isStale } from "./build.mjs";
import { endWithParent } from "./end-with-parent.mjs";

// socket workers run this file as well; their parent is the primary
if (!process.env.FUGITIVE_SOCKET_WORKER) {
  if (process.env.npm_lifecycle_event !== undefined) endWithParent("start.mjs");
  if (isStale()) {
    // in a process of its own, which takes the compiler's memory and processes with it when it ends
    const { status } = spawnSync(process.execPath, [fileURLToPath(new URL("build.mjs", import.meta.url))], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (status !== 0) process.exit(1);
  }
}
await import(new URL("../dist/cli/main.js", import.meta.url).href);
