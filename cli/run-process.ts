import { packageUrl } from "../server/http/package-file.ts";
import { start } from "../server/serve.ts";
import { isSocketWorker } from "../server/server.ts";
import { runCli } from "./cli.ts";

const EXIT_GRACE_MS = 1000;

/** Runs the command line in this process, with its streams and environment, and sets its exit code. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const code = await runCli(argv, {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    defaultApp: packageUrl("dist/server/demo/app.js"),
    told: isSocketWorker(),
    start,
    startWorker: async (request) => (await import("../server/queues/sdk/start-worker.ts")).startWorker(request),
  });
  if (code === undefined) return;
  // process.exit() at once would cut off text that a pipe has not taken yet, but a start that failed half-way may
  // leave something open that keeps this process alive
  process.exitCode = code;
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
