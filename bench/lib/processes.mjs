import { readFileSync } from "node:fs";

/** What /proc counts CPU time in, on every Linux there is. */
const TICKS_PER_SECOND = 100;

/** A process and those it started. */
export function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return [pid, ...children.filter((child) => child !== "").map(Number)];
}

/** CPU time that these processes have used so far, in seconds; of those that are gone, none. */
export function cpuSeconds(pids) {
  const ticks = pids.map((pid) => Number(fieldsOf(pid)[11] ?? 0) + Number(fieldsOf(pid)[12] ?? 0));
  return ticks.reduce((total, one) => total + one, 0) / TICKS_PER_SECOND;
}

/** Whether a process runs; one that is dead and waits for its parent to notice does not. */
export function isAlive(pid) {
  return !["Z", "X", undefined].includes(fieldsOf(pid)[0]);
}

/** What /proc tells of a process, from its state on; nothing where it is gone. */
function fieldsOf(pid) {
  try {
    // what stands before is a name, which may contain anything
    return readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return [];
  }
}
