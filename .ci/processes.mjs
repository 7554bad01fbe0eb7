// Which processes there are, and which of them are below another one: by /proc.
import { readdirSync, readFileSync } from "node:fs";

/** Processes as /proc shows them now: `Map(pid → { parent, group, state, born })`. */
function processes() {
  const found = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      found.set(Number(pid), {
        parent: Number(fields[1]),
        group: Number(fields[2]),
        state: fields[0],
        born: fields[19],
      });
    } catch {
      // it ended while we looked
    }
  }
  return found;
}

/** A process and all below it, as `[pid, born]`: a pid alone may soon be somebody else's. */
export function family(root) {
  const all = processes();
  const pids = [root];
  for (const pid of pids) for (const [child, { parent }] of all) if (parent === pid) pids.push(child);
  return pids.filter((pid) => all.has(pid)).map((pid) => [pid, all.get(pid).born]);
}

/** Those of them that still run. */
export function alive(members) {
  const all = processes();
  return members.filter(([pid, born]) => all.get(pid)?.born === born && all.get(pid)?.state !== "Z");
}
