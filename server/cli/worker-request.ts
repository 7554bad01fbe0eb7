import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { nearestName } from "../config/edit-distance.ts";
import { ConfigError } from "../config.ts";
import { WORKER_OPTION_KEYS, WORKER_OPTIONS, type WorkerOptionKey, type WorkerSettings } from "./worker-options.ts";

/** What `fugitive worker` asks for. */
export interface WorkerRequest {
  /** The module as it was named, and where it is. */
  readonly file: string;
  readonly url: URL;
  readonly settings: WorkerSettings;
}

/** Starts a worker; resolves once it is up, and rejects where that fails. */
export type StartWorker = (request: WorkerRequest) => Promise<void>;

const FLAGS = WORKER_OPTION_KEYS.filter((key) => WORKER_OPTIONS[key].secret === undefined);
const KEY_OF_FLAG = new Map(FLAGS.map((key) => [WORKER_OPTIONS[key].flag, key]));
const PARSED = {
  ...Object.fromEntries([...KEY_OF_FLAG.keys()].map((flag) => [flag, { type: "string" as const }])),
  help: { type: "boolean" as const, short: "h" },
};

/**
 * Reads the command line of `fugitive worker`, without that, and the environment.
 * @throws ConfigError with all that is wrong
 */
export function readWorkerRequest(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): WorkerRequest | "help" {
  const { values, positionals, problems, help } = readFlags(argv);
  if (help) return "help";
  const [file, ...more] = positionals;
  if (file === undefined) problems.push("FILE is missing: fugitive worker FILE");
  if (more.length > 0) problems.push(`a worker has one FILE, not ${positionals.length}`);
  const settings = readSettings(values, env, problems);
  if (settings.amqpUrl !== "" && settings.redisUrl !== "") problems.push("AMQP_URL and QUEUE_REDIS_URL are both set");
  // another program's Redis is no contradiction
  const redisUrl = settings.amqpUrl === "" && settings.redisUrl === "" ? (env.REDIS_URL ?? "") : settings.redisUrl;
  if (redisUrl !== settings.redisUrl && !WORKER_OPTIONS.redisUrl.type.safeParse(redisUrl).success) {
    problems.push("REDIS_URL: expected a URL like redis://user:password@host");
  }
  if (settings.amqpUrl === "" && redisUrl === "" && problems.length === 0) {
    problems.push("there is no broker: set AMQP_URL, QUEUE_REDIS_URL or REDIS_URL");
  }
  if (file === undefined || problems.length > 0) throw new ConfigError(problems);
  return { file, url: pathToFileURL(resolve(cwd, file)), settings: { ...settings, redisUrl } };
}

function readFlags(argv: readonly string[]) {
  const { tokens } = parseArgs({
    ...{ args: [...argv], options: PARSED, strict: false, allowPositionals: true },
    tokens: true,
  });
  const values = new Map<WorkerOptionKey, string>();
  const positionals: string[] = [];
  const problems: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const key = KEY_OF_FLAG.get(name);
    if (name === "help") help = true;
    else if (key === undefined) problems.push(unknownFlag(rawName));
    else if (value === undefined || (!token.inlineValue && value.startsWith("--"))) {
      problems.push(`${rawName} needs a value`);
    } else values.set(key, value);
  }
  return { values, positionals, problems, help };
}

function unknownFlag(rawName: string): string {
  const secret = WORKER_OPTION_KEYS.map((key) => WORKER_OPTIONS[key]).find(({ flag }) => rawName === `--${flag}`);
  if (secret !== undefined) {
    return `${rawName} is not a flag: a command line is no place for a secret; set ${secret.env}`;
  }
  const nearest = nearestName(rawName, ["help", ...KEY_OF_FLAG.keys()]);
  return `${rawName} is not a flag${nearest === undefined ? "" : `; did you mean --${nearest}?`}`;
}

function readSettings(
  flags: ReadonlyMap<WorkerOptionKey, string>,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): WorkerSettings {
  const settings: Partial<Record<WorkerOptionKey, unknown>> = {};
  for (const key of WORKER_OPTION_KEYS) {
    const { flag, env: variable, type, default: initial, secret } = WORKER_OPTIONS[key];
    const text = flags.get(key) ?? (env[variable] || undefined);
    settings[key] = initial;
    if (text === undefined) continue;
    const { data, error } = type.safeParse(text);
    if (error === undefined) settings[key] = data;
    else {
      const from = flags.has(key) ? `--${flag}` : variable;
      const found = secret ? "" : `, found ${JSON.stringify(text)}`;
      problems.push(`${from}: expected ${error.issues[0]?.message}${found}`);
    }
  }
  return settings as WorkerSettings;
}
