import { StartError } from "../start-error.ts";

/** Whether uWebSockets.js can be had in this process. */
export interface UwsBinary {
  /** The file of its package that this version of Node.js needs on this system, such as `uws_linux_x64_137.node`. */
  readonly file: string;
  /** Why it does not load, in one line; undefined where it does. */
  readonly missing: string | undefined;
}

/** The binary that this process needs: by system, processor, and the interface of this Node.js to native modules. */
export const UWS_FILE = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;

/** Loads uWebSockets.js, which is native code: about 20 ms, and 4 MB. Never rejects. */
export async function loadUws(): Promise<UwsBinary> {
  try {
    await import("uWebSockets.js");
    return { file: UWS_FILE, missing: undefined };
  } catch (error) {
    return { file: UWS_FILE, missing: explainMissing(error, UWS_FILE) };
  }
}

/** @throws StartError where it does not load, with what to do about it */
export async function needUws(): Promise<void> {
  const { missing } = await loadUws();
  if (missing === undefined) return;
  throw new StartError(`${missing}: get its official build (docs/INSTALL.md), or set transport to ws`);
}

/** Says in one line why it did not load. */
export function explainMissing(error: unknown, file: string): string {
  const { code, message } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException;
  if (code === "ERR_MODULE_NOT_FOUND") return "uWebSockets.js is not installed";
  // it says which platforms it knows of, and then what went wrong
  const [what = ""] = (message.split("\n\n")[1] ?? message).trim().split("\n");
  const isAbsent = what.includes("Cannot find module") && what.includes(file);
  return isAbsent ? `uWebSockets.js has no ${file}` : `uWebSockets.js cannot load ${file}: ${what}`;
}
