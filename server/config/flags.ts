import { parseArgs } from "node:util";
import { nearestName } from "./edit-distance.ts";
import { OPTION_KEYS, OPTIONS, type OptionKey } from "./options.ts";

export interface Flags {
  /** The values of options, as text. Where a flag is given twice, the last counts. */
  readonly values: Readonly<Partial<Record<OptionKey, string>>>;
  /** Of `--config`. */
  readonly configFile?: string;
  readonly help: boolean;
  readonly version: boolean;
  /** What is not a flag, in its order. */
  readonly positionals: readonly string[];
  /** One line for each flag that is unknown or lacks its value. */
  readonly problems: readonly string[];
}

const KEY_OF_FLAG = new Map<string, OptionKey>(
  OPTION_KEYS.filter((key) => OPTIONS[key].secret === undefined).map((key) => [OPTIONS[key].flag, key]),
);
const SECRETS = new Map(
  OPTION_KEYS.map((key) => OPTIONS[key]).flatMap((one) => (one.secret ? [[one.flag, one.env]] : [])),
);
const KNOWN_FLAGS = ["config", "help", "version", ...KEY_OF_FLAG.keys()];

const PARSE_OPTIONS = {
  ...Object.fromEntries([...KEY_OF_FLAG.keys(), "config"].map((flag) => [flag, { type: "string" as const }])),
  help: { type: "boolean" as const, short: "h" },
  version: { type: "boolean" as const, short: "v" },
};

/**
 * Reads a command line; never throws. As strict as `parseArgs` is when told to be, which stops at the first problem,
 * while this collects them all and can suggest the flag that was meant.
 */
export function parseFlags(argv: readonly string[]): Flags {
  const { tokens } = parseArgs({
    args: [...argv],
    options: PARSE_OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Partial<Record<OptionKey, string>> = {};
  const positionals: string[] = [];
  const problems: string[] = [];
  const seen = { help: false, version: false };
  let configFile: string | undefined;

  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const key = KEY_OF_FLAG.get(name);
    if (name === "help" || name === "version") seen[name] = true;
    else if (key === undefined && name !== "config") problems.push(unknownFlag(rawName, name));
    else if (value === undefined) problems.push(`${rawName} needs a value`);
    else if (!token.inlineValue && value.startsWith("--")) {
      // the value is the next flag: report the missing one, and read the rest as if it had not been there
      const rest = parseFlags(argv.toSpliced(token.index, 1));
      return { ...rest, problems: [`${rawName} needs a value`, ...rest.problems] };
    } else if (key === undefined) configFile = value;
    else values[key] = value;
  }
  return { values, ...(configFile !== undefined && { configFile }), ...seen, positionals, problems };
}

function unknownFlag(rawName: string, name: string): string {
  const secret = SECRETS.get(name);
  if (secret !== undefined) return `${rawName} is not a flag: a command line is no place for a secret; set ${secret}`;
  const nearest = nearestName(rawName, KNOWN_FLAGS);
  return `${rawName} is not a flag${nearest === undefined ? "" : `; did you mean --${nearest}?`}`;
}
