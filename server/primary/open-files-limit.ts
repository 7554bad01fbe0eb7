import { readFileSync } from "node:fs";

export interface OpenFilesLimit {
  /** What is in force; `Infinity` where there is no limit. */
  readonly soft: number;
  /** As far as the soft limit may be raised without being root. */
  readonly hard: number;
}

/** The limit of open files of this process, or undefined where it cannot be known, as on anything but Linux. */
export function readOpenFilesLimit(path = "/proc/self/limits"): OpenFilesLimit | undefined {
  try {
    return parseOpenFiles(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** The same of such a file's text. */
export function parseOpenFiles(limits: string): OpenFilesLimit | undefined {
  const [, soft, hard] = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(limits) ?? [];
  return soft === undefined || hard === undefined ? undefined : { soft: limit(soft), hard: limit(hard) };
}

function limit(text: string): number {
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}
