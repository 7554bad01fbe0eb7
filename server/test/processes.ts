import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Whether a process runs; one that is dead and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  return pid > 0 && !["", "Z", "X"].includes(statOf(pid).state);
}

/** How many descriptors a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The processes that a process has forked, and that have not been forgotten yet. */
export function childrenOf(parent: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid).parent === parent);
}

/** Kills a process, unless it has ended by itself meanwhile. */
export function tryToKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has
  }
}

function statOf(pid: number): { state: string; parent: number } {
  const path = `/proc/${pid}/stat`;
  try {
    if (!existsSync(path)) return { state: "", parent: 0 };
    const [state = "", parent] = readFileSync(path, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return { state: "", parent: 0 }; // it ended meanwhile
  }
}
