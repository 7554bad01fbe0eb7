import { parseArgs } from "node:util";
import { nearestName } from "../../server/config/edit-distance.ts";
import type { CommandOption, CommandOptions, Settings } from "./command-option.ts";

export interface ReadOptions<Options extends CommandOptions> {
  readonly settings: Settings<Options>;
  /** What is not a flag, in its order. */
  readonly positionals: readonly string[];
  readonly help: boolean;
  /** One line for each thing that is wrong; the settings are of use only where there is none. */
  readonly problems: string[];
}

interface Flags {
  /** The texts of each flag, in their order. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly help: boolean;
  readonly problems: string[];
}

/** Reads what a command is told by flags and in the environment, the former first. Never throws, and collects all problems. */
export function readOptions<const Options extends CommandOptions>(
  options: Options,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ReadOptions<Options> {
  const { texts, positionals, help, problems } = readFlags(options, argv);
  const settings: Record<string, unknown> = {};
  for (const [key, { flag, env: variable, type, default: initial, secret, many }] of Object.entries(options)) {
    const all = texts.get(flag);
    const given = many ? all : all?.at(-1);
    const text = given ?? ((variable !== undefined && env[variable]) || undefined);
    settings[key] = initial;
    if (text === undefined) continue;
    const { data, error } = type.safeParse(text);
    if (error === undefined) settings[key] = data;
    else {
      const from = given === undefined ? variable : `--${flag}`;
      problems.push(`${from}: expected ${error.issues[0]?.message}${secret ? "" : `, found ${JSON.stringify(text)}`}`);
    }
  }
  return { settings: settings as Settings<Options>, positionals, help, problems };
}

function readFlags(options: CommandOptions, argv: readonly string[]): Flags {
  const all = Object.values(options);
  const byFlag = new Map(all.filter(({ secret }) => secret === undefined).map((option) => [option.flag, option]));
  const { tokens } = parseArgs({
    ...{ args: [...argv], strict: false, allowPositionals: true, tokens: true },
    options: {
      ...Object.fromEntries(
        [...byFlag].map(
          ([flag, { alone, short }]) =>
            [flag, { type: alone === undefined ? "string" : "boolean", ...(short && { short }) }] as const,
        ),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  const problems: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = byFlag.get(name);
    const text = value ?? option?.alone;
    if (name === "help") help = true;
    else if (option === undefined) problems.push(unknownFlag(rawName, all, [...byFlag.keys()]));
    else if (text === undefined || (value !== undefined && !inlineValue && value.startsWith("--"))) {
      problems.push(`${rawName} needs a value`);
    } else texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return { texts, positionals, help, problems };
}

function unknownFlag(rawName: string, options: readonly CommandOption<unknown>[], flags: readonly string[]): string {
  const secret = options.find(({ flag, secret }) => secret && rawName === `--${flag}`);
  if (secret !== undefined) {
    return `${rawName} is not a flag: a command line is no place for a secret; set ${secret.env}`;
  }
  const nearest = nearestName(rawName, ["help", ...flags]);
  return `${rawName} is not a flag${nearest === undefined ? "" : `; did you mean --${nearest}?`}`;
}
