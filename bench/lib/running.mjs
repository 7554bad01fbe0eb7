// Processes that were started to measure, so that they can be ended where a measurement is given up.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { family, isAlive } from "./processes.mjs";

/** What a server has to say goodbye, in milliseconds. */
const GOODBYE_MS = 3_000;
const LOOK_MS = 20;
const running = new Set();

/** Notes a process until it ends. @returns the same */
export function tracked(child) {
  running.add(child);
  // what is not there never starts
  for (const end of ["exit", "error"]) child.once(end, () => running.delete(child));
  return child;
}

/** Ends them and those they started: asks first, and waits for no more than a few seconds. */
export async function endRunning() {
  const children = [...running];
  const pids = children.flatMap(({ pid }) => familyOf(pid));
  const gone = children.map((child) => once(child, "exit"));
  for (const child of children) child.kill("SIGTERM");
  await Promise.race([Promise.all(gone), sleep(GOODBYE_MS, undefined, { ref: false })]);
  const until = Date.now() + GOODBYE_MS;
  while (pids.some(isAlive) && Date.now() < until) await sleep(LOOK_MS);
  for (const pid of pids.filter(isAlive)) kill(pid);
}

function familyOf(pid) {
  try {
    return family(pid);
  } catch {
    return []; // it has just ended
  }
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has just ended
  }
}
