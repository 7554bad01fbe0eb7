import type { WorkerRequest } from "../server/queues/sdk/start-worker.ts";
import type { StartRequest } from "../server/serve.ts";

/** Something went wrong; the command line was wrong. */
export const FAILED = 1;
export const MISUSED = 2;

export interface CliOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly cwd: string;
  readonly stdin: TextInput;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Served by `serve` without APP. @default none: APP is needed then */
  readonly defaultApp?: URL;
  /** Whether another process tells this one its configuration, which then is not looked for. @default false */
  readonly told?: boolean;
  /** Starts serving; resolves once everything is up, and rejects where that fails. */
  readonly start: (request: StartRequest) => Promise<void>;
  /** Starts a worker, likewise. */
  readonly startWorker: (request: WorkerRequest) => Promise<void>;
}

/** Where people type, or a pipe. */
export type TextInput = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** A terminal, or a pipe, of which only a terminal has colours and a width. */
export interface TextOutput {
  readonly isTTY?: boolean;
  /** Characters of a line. */
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * What is behind a word of the command line.
 * @param argv what follows that word
 * @returns the exit code, or undefined while something runs that ends the process by itself
 */
export type Command = (argv: readonly string[], options: CliOptions) => Promise<number | undefined>;

/** Writes a line. @returns the exit code that was given */
export function print(output: TextOutput, text: string, code = 0): number {
  output.write(`${text}\n`);
  return code;
}
