import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { suggestion } from "../config/edit-distance.ts";
import { parseFlags } from "../config/flags.ts";
import { ConfigError, type LoadedConfig, loadConfig } from "../config.ts";
import { StartError } from "../start-error.ts";
import { readVersion } from "../version.ts";
import { helpText } from "./help-text.ts";
import { workerHelpText } from "./worker-help.ts";
import { readWorkerRequest, type StartWorker } from "./worker-request.ts";

/** What `fugitive serve` asks for. */
export interface StartRequest {
  /** ES module that exports an application as `app` or as its default. */
  readonly appUrl: URL;
  /** None in a socket worker: it is told its own. */
  readonly config: LoadedConfig | undefined;
}

/** Starts serving; resolves once everything is up, and rejects where that fails. */
export type Start = (request: StartRequest) => Promise<void>;

export interface CliOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Served by `serve` without APP. @default none: APP is needed then */
  readonly defaultApp?: URL;
  /** Whether another process tells this one its configuration, which then is not looked for. @default false */
  readonly told?: boolean;
  readonly start: Start;
  readonly startWorker: StartWorker;
}

interface TextOutput {
  write(text: string): unknown;
}

const COMMANDS = ["serve", "worker", "help"];
/** Something went wrong; the command line was wrong. */
const FAILED = 1;
const MISUSED = 2;

/**
 * The command line of Fugitive, without program name: `serve [APP] [flags]`, `worker FILE [flags]`, `help`, `--help`,
 * `--version`.
 *
 * @returns the exit code, or undefined while the server or the worker runs
 */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number | undefined> {
  if (argv[0] === "worker") return worker(argv.slice(1), options);
  const flags = parseFlags(argv);
  const [command, ...rest] = flags.positionals;
  if (flags.help || command === "help" || argv.length === 0) return print(options.stdout, helpText());
  if (flags.version) return print(options.stdout, readVersion());
  if (command === "serve") return serve(rest, argv, options);
  const first = argv[0] ?? "";
  const wrong = first.startsWith("-")
    ? `a command is missing: fugitive serve ${argv.join(" ")}`
    : `${JSON.stringify(first)} is not a command${suggestion(first, COMMANDS)}; see fugitive --help`;
  return print(options.stderr, `fugitive: ${wrong}`, MISUSED);
}

async function serve(
  apps: readonly string[],
  argv: readonly string[],
  { env, cwd, stderr, defaultApp, told = false, start }: CliOptions,
): Promise<number | undefined> {
  try {
    // a file that has become wrong meanwhile must not keep a socket worker from taking the place of a dead one
    const config = told ? undefined : loadConfig({ argv, env, cwd, allowPositionals: true });
    if (apps.length > 1) return print(stderr, `fugitive: serve takes one application, not ${apps.length}`, MISUSED);
    const [app] = apps;
    const appUrl = app === undefined ? defaultApp : pathToFileURL(resolve(cwd, app));
    if (appUrl === undefined) return print(stderr, "fugitive: which application? fugitive serve APP", MISUSED);
    if (!isFile(appUrl)) return print(stderr, `fugitive: there is no application file ${app ?? appUrl.href}`, FAILED);
    await start({ appUrl, config });
    return undefined;
  } catch (error) {
    return print(stderr, explain(error), FAILED);
  }
}

async function worker(
  argv: readonly string[],
  { env, cwd, stdout, stderr, startWorker }: CliOptions,
): Promise<number | undefined> {
  try {
    const request = readWorkerRequest(argv, env, cwd);
    if (request === "help") return print(stdout, workerHelpText());
    if (!isFile(request.url)) return print(stderr, `fugitive: there is no file ${request.file}`, FAILED);
    await startWorker(request);
    return undefined;
  } catch (error) {
    return print(stderr, explain(error), FAILED);
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof StartError) return `fugitive: ${error.message}`;
  return `fugitive: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function isFile(url: URL): boolean {
  return statSync(url, { throwIfNoEntry: false })?.isFile() ?? false;
}

function print(output: TextOutput, text: string, code = 0): number {
  output.write(`${text}\n`);
  return code;
}
