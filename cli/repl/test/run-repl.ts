import { Readable } from "node:stream";
import { runCli } from "../../cli.ts";
import type { TextInput } from "../../command.ts";

export interface ReplRun {
  readonly code: number | undefined;
  /** Lines of stdout, read as JSON. */
  readonly out: readonly unknown[];
  readonly err: string;
}

/** Runs `fugitive repl` as a script. @param input what is piped in */
export async function runRepl(
  argv: readonly string[],
  input: string | TextInput = "",
  env: Record<string, string> = {},
): Promise<ReplRun> {
  const written = { out: "", err: "" };
  const code = await runCli(["repl", ...argv], {
    env,
    cwd: "/",
    stdin: typeof input === "string" ? Readable.from([Buffer.from(input)]) : input,
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
    start: () => Promise.reject(new Error("nothing is to be started")),
    startWorker: () => Promise.reject(new Error("nothing is to be started")),
  });
  const out = written.out
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  return { code, out, err: written.err };
}

/** The same, each of the lines as one `-e`. */
export function execute(port: number, lines: readonly string[], ...flags: readonly string[]): Promise<ReplRun> {
  return runRepl([`ws://127.0.0.1:${port}`, ...flags, ...lines.flatMap((line) => ["-e", line])]);
}
