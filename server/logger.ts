import { createRequire } from "node:module";
import { isatty } from "node:tty";
import { pino } from "pino";
import type { Config } from "./config.ts";

/** What the server needs of a logger; pino's is one, and a test may pass its own. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** A logger whose every record has these fields as well. */
  child(bindings: Readonly<Record<string, unknown>>): Logger;
}

export interface LogMethod {
  /** An error goes under the name `error`: its stack is kept. */
  (fields: object, message: string): void;
  (message: string): void;
}

/** Where lines go; a stream of Node is one. Colour needs `isTTY`. */
export interface LogDestination {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

export interface LoggerOptions {
  readonly level: Config["logLevel"];
  readonly format: Config["logFormat"];
  /** Fields of every record, beside `pid`. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** @default standard output */
  readonly destination?: LogDestination;
}

const STDOUT = 1;
/** Never written out, at the first and the second level of a record. */
const SECRETS = ["token", "secret", "password", "authorization", "cookie"];

/**
 * A logger of one line per record: JSON with ISO time, or text for people, where an error's stack follows its line.
 * Each line is written at once and in one piece: all processes share one standard output, and what they buffered would
 * be mixed up inside lines. Nothing is lost when a process ends, whatever ends it.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, bindings, destination } = options;
  const terminal = destination === undefined ? isatty(STDOUT) : destination.isTTY === true;
  const pretty = options.format === "pretty" || (options.format === "auto" && terminal);
  const output = destination ?? standardOutput();
  return pino(
    {
      level,
      base: { pid: process.pid, ...bindings },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    },
    pretty ? prettyOutput(output, terminal && !process.env.NO_COLOR) : output,
  );
}

function standardOutput(): LogDestination {
  const output = pino.destination({ dest: STDOUT, sync: true });
  output.on("error", (error: NodeJS.ErrnoException) => {
    // a terminal that is gone reads no lines, and is no reason to end in disorder
    if (error.code !== "EIO") throw error;
  });
  return output;
}

/**
 * Formats in this very process: a transport would be a thread for each process. The formatter is loaded only here,
 * as it costs a process that writes JSON 20 ms of its start; `require` because a logger must be there at once.
 */
function prettyOutput(output: LogDestination, colorize: boolean): LogDestination {
  const { prettyFactory } = createRequire(import.meta.url)("pino-pretty") as typeof import("pino-pretty");
  const format = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,worker,connection",
    customPrettifiers: { error: errorText, err: errorText },
    messageFormat: (record, messageKey) => `${origin(record)}${oneLine(record[messageKey])}`,
  });
  return { write: (line) => output.write(format(line)) };
}

/** `[worker 2 · pid 4711 · connection 9f] `, as far as it is known. */
function origin(record: Record<string, unknown>): string {
  const parts = ["worker", "pid", "connection"].filter((name) => record[name] !== undefined);
  return parts.length === 0 ? "" : `[${parts.map((name) => `${name} ${oneLine(record[name])}`).join(" · ")}] `;
}

/** The stack, which begins with the message and has the causes in it, then what else the error carries. */
function errorText(error: unknown): string {
  const { type: _type, message, stack, ...rest } = Object(error) as Record<string, unknown>;
  const lines = String(stack ?? message ?? error).split("\n");
  if (Object.keys(rest).length > 0) lines.push(JSON.stringify(rest));
  return lines.map(oneLine).join("\n");
}

/** Control characters could forge lines and steer a terminal, and some of what is logged was written by clients. */
function oneLine(value: unknown): string {
  return String(value ?? "").replaceAll(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
