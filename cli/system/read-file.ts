import { readFileSync } from "node:fs";

/** What the kernel tells in a file, or undefined where there is no such file or it may not be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** The whole number in such a file. */
export function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
