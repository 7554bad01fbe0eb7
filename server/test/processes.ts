import { readdirSync, readFileSync } from "node:fs";

/** Whether a process runs; one that is dead and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  return pid > 0 && !["", "Z", "X"].includes(stateOf(pid));
}

/** How many descriptors a process has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The processes that a process has forked, and that have not been forgotten yet. */
export function childrenOf(parent: number): number[] {
  const tasks = `/proc/${parent}/task`;
  // not by looking at all processes of the machine, which are many beside this one
  return filesIn(tasks)
    .flatMap((task) => textOf(`${tasks}/${task}/children`).match(/\d+/g) ?? [])
    .map(Number);
}

/** Kills a process, unless it has ended by itself meanwhile. */
export function tryToKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has
  }
}

/** How a process is, as the system says it in one letter; nothing where there is none. */
function stateOf(pid: number): string {
  return textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .charAt(0);
}

/** What the system says of a process or thread; nothing where that has ended. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
