import type { Config, LoadedConfig } from "../../server/config.ts";
import type { Settings } from "../options/command-option.ts";
import type { DOCTOR_OPTIONS } from "./doctor-options.ts";

/** `ok`: as it should be. `warning`: works, and may not one day. `problem`: does not work. */
export type Status = "ok" | "warning" | "problem";

/** One thing that a check has found. */
export interface Finding {
  readonly status: Status;
  /** What is so, in one line, without secrets. */
  readonly found: string;
  /** What to do about it, where something is to be done. */
  readonly remedy?: string;
}

/** What checks go by. */
export interface Examined {
  /** The configuration that a server would have here; the defaults, where it cannot be used. */
  readonly config: Config;
  readonly loaded: LoadedConfig | undefined;
  /** What is wrong with it. */
  readonly configProblems: readonly string[];
  readonly settings: Settings<typeof DOCTOR_OPTIONS>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends when the check's time is up. */
  readonly signal: AbortSignal;
  /** Tells who waits what takes so long. */
  readonly progress: (text: string) => void;
}

/** Looks at one thing, and changes nothing. What it finds nothing of does not concern this system or configuration. */
export interface Check {
  /** What it is about, in a word or two. */
  readonly name: string;
  /** Milliseconds that it may take beyond the usual. @default 0 */
  readonly moreMs?: (settings: Examined["settings"]) => number;
  /** What it throws is a problem as well. */
  run(examined: Examined): readonly Finding[] | Promise<readonly Finding[]>;
}

export const ok = (found: string): Finding => ({ status: "ok", found });
export const warning = (found: string, remedy: string): Finding => ({ status: "warning", found, remedy });
export const problem = (found: string, remedy: string): Finding => ({ status: "problem", found, remedy });
