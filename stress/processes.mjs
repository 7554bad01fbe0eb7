import { readdirSync, readFileSync } from "node:fs";

/** Whether a process runs; one that is dead and waits for its parent to notice does not. */
export function isAlive(pid) {
  return pid > 0 && !["", "Z", "X"].includes(statOf(pid).state);
}

export function childrenOf(parent) {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid).parent === parent);
}

/** Descriptors that a process has open; not a number where it is gone. */
export function openFiles(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}

/** Memory that a process holds, in bytes; 0 where it is gone. */
export function residentBytes(pid) {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Sends a signal. @returns whether there was anybody to get it */
export function signal(pid, name) {
  try {
    return pid > 0 && process.kill(pid, name);
  } catch {
    return false;
  }
}

function statOf(pid) {
  try {
    // what stands before is a name, which may contain anything
    const [state = "", parent] = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return { state: "", parent: 0 };
  }
}
