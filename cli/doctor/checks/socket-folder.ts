import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Check, ok, problem } from "../check.ts";
import { reasonOf } from "../words.ts";

/** Of a Unix domain socket's path, in bytes: `sun_path` without its last zero. */
const LONGEST: Partial<Record<NodeJS.Platform, number>> = { linux: 107, darwin: 103, freebsd: 103 };
/** The longest name that is put below it: a folder of its own, and a socket in it. */
const BELOW = "fugitive-4194304-XXXXXX/compute-1024";

export const socketFolder: Check = {
  name: "sockets",
  run() {
    if (process.platform === "win32") return [];
    return [judgeFolder(tmpdir(), LONGEST[process.platform] ?? 103)];
  },
};

/** @param longest path of a socket, in bytes */
export function judgeFolder(folder: string, longest: number) {
  const remedy = "set TMPDIR to a short path of a folder that this user may write to, such as /tmp";
  const bytes = Buffer.byteLength(join(folder, BELOW));
  if (bytes > longest)
    return problem(`${folder}: paths of sockets there have up to ${bytes} bytes, and may have ${longest}`, remedy);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    return problem(`${folder} cannot be written to: ${reasonOf(error)}`, remedy);
  }
  return ok(`${folder} can be written to, and its path is short enough`);
}
