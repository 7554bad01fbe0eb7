import { readdirSync, readFileSync } from "node:fs";

/** Far more than the window of a socket grows to that is never read, in bytes. */
const UNREAD_WINDOW = 12_000_000;

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

/** The most that the system holds of what was sent to one who does not read, in bytes. */
export function unreadBytes() {
  const [, , most] = readFileSync("/proc/sys/net/ipv4/tcp_wmem", "utf8").trim().split(/\s+/);
  return Number(most) + UNREAD_WINDOW;
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
