import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { suggestion } from "./edit-distance.ts";
import { OPTION_KEYS, OPTIONS } from "./options.ts";

/** The file that is read from the working directory where no other is named. */
export const CONFIG_FILE_NAME = "fugitive.config.json";

export interface ConfigFile {
  readonly path: string;
  /** Unchecked values by option key. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/**
 * The file to read: the one that is named, relative to `cwd`, or else `fugitive.config.json` in `cwd` if it exists.
 * Without `cwd` only a named file is read.
 */
export function findConfigFile(named: string | undefined, cwd: string | undefined): string | undefined {
  if (named !== undefined) return resolve(cwd ?? "", named);
  if (cwd === undefined) return undefined;
  const path = join(cwd, CONFIG_FILE_NAME);
  return existsSync(path) ? path : undefined;
}

/** Reads a JSON object of options; never throws. */
export function readConfigFile(path: string): ConfigFile {
  let content: unknown;
  try {
    // editors on Windows may put a byte order mark first, which JSON.parse refuses
    content = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = error instanceof SyntaxError ? "is not valid JSON" : "cannot be read";
    return { path, values: {}, problems: [`file ${path} ${what}: ${reason}`] };
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return { path, values: {}, problems: [`file ${path}: expected a JSON object of options`] };
  }
  const problems = Object.keys(content)
    .filter((key) => !Object.hasOwn(OPTIONS, key))
    .map((key) => `${key} (file ${path}) is not an option${suggestion(key, OPTION_KEYS)}`);
  return { path, values: { ...content }, problems };
}
