import { constants } from "node:os";
import { endWithParent } from "./end-with-parent.mjs";

/**
 * Runs a command of npm's to its end, or until it is interrupted, and ends this process as commands end then.
 *
 * @param file name of the script, as for {@link endWithParent}
 * @param main is given a signal that aborts at SIGINT and SIGTERM; gives the exit code, 0 where it gives none. What it throws is
 * said in one line, unless it was interrupted.
 */
export async function untilInterrupted(file, main) {
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(file);
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => interrupted.abort(name));
  const { signal } = interrupted;
  let code = 1;
  try {
    code = (await main(signal)) ?? 0;
  } catch (error) {
    if (!signal.aborted) process.stderr.write(`${error.message}\n`);
  }
  process.exit(signal.aborted ? 128 + constants.signals[signal.reason] : code);
}
