import { readFileSync } from "node:fs";

/** How many files a process may have open: Node raises the limit to the highest it may have, for itself and what it forks. */
export function openFilesLimit() {
  const [, limit] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}
