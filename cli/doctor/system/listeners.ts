import { readdirSync, readlinkSync } from "node:fs";
import { readText } from "../../system/read-file.ts";

const LISTEN = "0A";

/** Who has a port. */
export interface Holder {
  readonly pid: number;
  /** Its command line, cut short. */
  readonly command: string;
}

/** Inodes of the sockets that listen on a port, of `/proc/net/tcp` or `tcp6`. */
export function parseListeners(table: string, port: number): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const isIt = state === LISTEN && Number.parseInt(local.split(":")[1] ?? "", 16) === port;
    return isIt && inode !== undefined ? [inode] : [];
  });
}

/** The process that listens on a port, where Linux tells this user. */
export function holderOf(port: number): Holder | undefined {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readText(path) ?? "");
  const sockets = new Set(tables.flatMap((table) => parseListeners(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    if (list(`/proc/${pid}/fd`).some((descriptor) => sockets.has(link(`/proc/${pid}/fd/${descriptor}`)))) {
      const command = (readText(`/proc/${pid}/cmdline`) ?? "").replaceAll(/\p{Cc}+/gu, " ").trim();
      return { pid: Number(pid), command: command.length > 100 ? `${command.slice(0, 100)}…` : command };
    }
  }
  return undefined;
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // another user's, or gone meanwhile
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
