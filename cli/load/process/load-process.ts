// The entry of a process that makes load. It lives as long as whoever started it, and does what that says.
import { LoadRun } from "./load-run.ts";
import type { FromProcess, ToProcess } from "./messages.ts";

/** How long the last word may take to get out, in milliseconds. */
const LAST_WORD_MS = 2_000;

let run: LoadRun | undefined;

function tell(message: FromProcess): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) process.exit();
  });
  if (message.type === "done") setTimeout(() => process.exit(), LAST_WORD_MS).unref();
}

// where these reach all processes of a terminal, the one in front says when it is over
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message: ToProcess) => {
  if (message.type === "begin") run ??= new LoadRun(message, tell);
  else if (message.type === "stop") run?.stop();
  else run?.close();
});
tell({ type: "ready" });
