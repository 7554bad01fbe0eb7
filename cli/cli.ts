import { suggestion } from "../server/config/edit-distance.ts";
import { parseFlags } from "../server/config/flags.ts";
import { ConfigError } from "../server/config.ts";
import { StartError } from "../server/start-error.ts";
import { readVersion } from "../server/version.ts";
import { type CliOptions, type Command, FAILED, MISUSED, print } from "./command.ts";
import { helpText } from "./help-text.ts";
import { serve } from "./serve-command.ts";

/**
 * Commands with flags and a help of their own, by the word that they follow. What they need is loaded when they are
 * asked for: all processes of a server start with this file.
 */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ["doctor", async () => (await import("./doctor/doctor-command.ts")).doctor],
  ["repl", async () => (await import("./repl/repl-command.ts")).repl],
  ["load", async () => (await import("./load/load-command.ts")).load],
  ["worker", async () => (await import("./worker/worker-command.ts")).worker],
]);
const WORDS = ["serve", "help", ...COMMANDS.keys()];

/**
 * The command line of Fugitive, without program name: `serve [APP] [flags]`, another command with its flags, `help`,
 * `--help`, `--version`.
 *
 * @returns the exit code, or undefined while the server or the worker runs
 */
export async function runCli(argv: readonly string[], options: CliOptions): Promise<number | undefined> {
  try {
    const [word = "", ...rest] = argv;
    const load = COMMANDS.get(word);
    return load === undefined ? await serveOrHelp(argv, options) : await (await load())(rest, options);
  } catch (error) {
    return print(options.stderr, explain(error), FAILED);
  }
}

async function serveOrHelp(argv: readonly string[], options: CliOptions): Promise<number | undefined> {
  const flags = parseFlags(argv);
  const [command, ...rest] = flags.positionals;
  if (flags.help || command === "help" || argv.length === 0) return print(options.stdout, helpText());
  if (flags.version) return print(options.stdout, readVersion());
  if (command === "serve") return serve(rest, argv, options);
  const first = argv[0] ?? "";
  const wrong = first.startsWith("-")
    ? `a command is missing: fugitive serve ${argv.join(" ")}`
    : `${JSON.stringify(first)} is not a command${suggestion(first, WORDS)}; see fugitive --help`;
  return print(options.stderr, `fugitive: ${wrong}`, MISUSED);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof StartError) return `fugitive: ${error.message}`;
  return `fugitive: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
