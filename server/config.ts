import * as z from "zod";
import { ConfigError } from "./config/config-error.ts";
import { findConfigFile, readConfigFile } from "./config/config-file.ts";
import { contradictions } from "./config/contradictions.ts";
import { suggestion } from "./config/edit-distance.ts";
import { parseFlags } from "./config/flags.ts";
import { type ConfigValues, OPTION_KEYS, OPTIONS, type OptionKey } from "./config/options.ts";

export { ConfigError } from "./config/config-error.ts";
export { optionsHelp } from "./config/options-help.ts";

/** Every option's value; units, defaults and descriptions stand in the table of `config/options.ts`. */
export interface Config extends ConfigValues {}

export type ConfigSource = "default" | "file" | "environment" | "flag" | "code";

/** A configuration, and where it comes from. Made by {@link loadConfig}. */
export interface LoadedConfig {
  /** Checked, complete and frozen. */
  readonly config: Config;
  /** Where each value came from. */
  readonly sources: Readonly<Record<keyof Config, ConfigSource>>;
  /** Absolute path of the file that was read. */
  readonly file?: string;
}

export interface ConfigSources {
  /** Command line without the program. @default none */
  readonly argv?: readonly string[];
  /** Whether `argv` may hold more than flags; what that is, the caller knows. @default false */
  readonly allowPositionals?: boolean;
  /** Environment, usually `process.env`; an empty string counts as not set. @default none */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where `fugitive.config.json` is looked for. @default only a file that is named is read */
  readonly cwd?: string;
  /** What the program itself decides; beats everything else. */
  readonly overrides?: Partial<Config>;
}

/** On this machine: `workers` and `node` depend on it. */
export const DEFAULT_CONFIG: Config = Object.freeze(
  Object.fromEntries(OPTION_KEYS.map((key) => [key, OPTIONS[key].default])) as unknown as Config,
);

const SCHEMA = z
  .strictObject(Object.fromEntries(OPTION_KEYS.map((key) => [key, OPTIONS[key].type])))
  .superRefine((values, context) => {
    for (const [key, message] of contradictions(values as unknown as Config)) {
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

/**
 * Puts the configuration together: defaults, then the file, the environment, flags, and code, each beating what is
 * before it. Only values that count are checked, so that a flag can repair a bad environment.
 *
 * @throws {ConfigError} its message lists every problem, one line each
 * @example loadConfig({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() });
 */
export function loadConfig(from: ConfigSources): LoadedConfig {
  const { argv = [], allowPositionals = false, env = {}, cwd, overrides = {} } = from;
  const flags = parseFlags(argv);
  const path = findConfigFile(flags.configFile ?? (env.FUGITIVE_CONFIG || undefined), cwd);
  const file = path === undefined ? undefined : readConfigFile(path);
  const problems = [...flags.problems, ...(file?.problems ?? []), ...unknownOverrides(overrides)];
  // after an unknown flag this is its value more often than not
  if (!allowPositionals && flags.problems.length === 0) {
    problems.push(...flags.positionals.map((argument) => `${JSON.stringify(argument)} is an unexpected argument`));
  }

  const values: Record<string, unknown> = { ...DEFAULT_CONFIG };
  const sources = Object.fromEntries(OPTION_KEYS.map((key) => [key, "default"])) as Record<OptionKey, ConfigSource>;
  for (const key of OPTION_KEYS) {
    const given: [ConfigSource, unknown][] = [
      ["code", overrides[key]],
      ["flag", flags.values[key]],
      ["environment", env[OPTIONS[key].env] || undefined],
      ["file", file?.values[key]],
    ];
    const found = given.find(([, value]) => value !== undefined);
    if (found) [sources[key], values[key]] = found;
  }

  const checked = SCHEMA.safeParse(values);
  const expected = new Map(checked.error?.issues.map((issue) => [issue.path[0], issue.message]));
  for (const key of OPTION_KEYS) {
    if (!expected.has(key)) continue;
    const origin = originOf(key, sources[key], path);
    const found = OPTIONS[key].secret && values[key] !== "" ? "something else" : shown(values[key]);
    problems.push(`${key} (${origin}): expected ${expected.get(key)}, found ${found}`);
  }
  if (problems.length > 0 || !checked.success) throw new ConfigError(problems);
  const config = Object.freeze(checked.data as unknown as Config);
  return Object.freeze({ config, sources: Object.freeze(sources), ...(path !== undefined && { file: path }) });
}

function originOf(key: OptionKey, source: ConfigSource, file: string | undefined): string {
  if (source === "file") return `file ${file}`;
  if (source === "environment") return `environment ${OPTIONS[key].env}`;
  if (source === "flag") return `flag --${OPTIONS[key].flag}`;
  return source;
}

function unknownOverrides(overrides: object): string[] {
  return Object.keys(overrides)
    .filter((key) => !Object.hasOwn(OPTIONS, key))
    .map((key) => `${key} (code) is not an option${suggestion(key, OPTION_KEYS)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
