// What a measurement has started, and ends whatever becomes of it.
import { once } from "node:events";

const STOP_MS = 10_000;
const started = [];
let over = false;

/** Ended at the end, whatever becomes of the rest. */
export function ending(stop) {
  // what was still being started
  if (over) void stop();
  else started.push(stop);
  return stop;
}

export async function endProcess(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}

/** Ends all of it, the latest first. */
export async function endAll() {
  over = true;
  for (const stop of started.splice(0).reverse()) await stop();
}
