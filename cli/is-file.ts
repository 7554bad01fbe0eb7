import { statSync } from "node:fs";

/** Whether there is a file at a URL. */
export function isFile(url: URL): boolean {
  return statSync(url, { throwIfNoEntry: false })?.isFile() ?? false;
}
