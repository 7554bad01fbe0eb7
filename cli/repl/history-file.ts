import {
  appendFileSync,
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** Lines that are kept. */
export const MOST_LINES = 1_000;
const LONGEST_LINE = 4_096;
/** What is read of the file's end. */
const MOST_BYTES = MOST_LINES * LONGEST_LINE;
/** Only whose file it is may read it. */
const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;

/** What looks as if it were nobody else's business: by its name, a JSON Web Token, a URL with a password. */
const SECRET =
  /passw|passphrase|passcode|(?<![a-z])pass(?![a-z])|pwd|secret|token|credential|authorization|bearer|api[-_]?key|private[-_]?key|eyJ[\w-]+\.[\w-]+\.|:\/\/[^/\s"]*@/i;

export interface HistoryFile {
  /** The newest first. */
  readonly lines: readonly string[];
  /** Keeps a line, unless it begins with a blank, is very long, or looks as if there were a secret in it. */
  add(line: string): void;
}

/** Where lines are kept: `$XDG_STATE_HOME/fugitive/repl-history`, or that below `~/.local/state`. */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: state, HOME: home } = env;
  // the specification wants a relative path to be ignored
  const folder = state !== undefined && isAbsolute(state) ? state : join(home || homedir(), ".local", "state");
  return join(folder, "fugitive", "repl-history");
}

/** Whether a line is kept. */
export function isKept(line: string): boolean {
  return line.trim() !== "" && !/^\s/.test(line) && line.length <= LONGEST_LINE && !SECRET.test(line);
}

/**
 * Opens the file of lines typed earlier. Where it cannot be read or written, lines are not kept.
 * @param warn told why, once
 */
export function openHistory(path: string, warn: (text: string) => void): HistoryFile {
  let usable = true;
  const attempt = <Value>(what: () => Value, otherwise: Value): Value => {
    if (!usable) return otherwise;
    try {
      return what();
    } catch (error) {
      usable = false;
      warn(`lines are not kept: ${error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    }
  };
  let last: string | undefined;
  return {
    lines: attempt(() => load(path), []),
    add(line) {
      if (!isKept(line) || line === last) return;
      last = line;
      attempt(() => appendFileSync(path, `${line}\n`, { mode: OWN_FILE }), undefined);
    },
  };
}

function load(path: string): readonly string[] {
  mkdirSync(dirname(path), { recursive: true, mode: OWN_FOLDER });
  const lines = readEnd(path).split("\n").filter(isKept);
  const kept = lines.slice(-MOST_LINES);
  // others may add lines meanwhile: it is made shorter rarely
  if (lines.length > 2 * MOST_LINES) {
    const written = `${path}.${process.pid}`;
    writeFileSync(written, `${kept.join("\n")}\n`, { mode: OWN_FILE });
    renameSync(written, path);
  }
  return kept.reverse();
}

function readEnd(path: string): string {
  const file = openSync(path, "a+", OWN_FILE);
  try {
    const { size, mode } = fstatSync(file);
    if ((mode & 0o077) !== 0) chmodSync(path, OWN_FILE);
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString("utf8", 0, read);
    return size > bytes.length ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeSync(file);
  }
}
