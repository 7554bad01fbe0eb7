import type { TextOutput } from "../../command.ts";

const ESC = "\u001b[";
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
const COLOURS = /\u001b\[[0-9;]*m/g;

/** Puts colours around text, or nothing. */
export interface Paint {
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** @param env has NO_COLOR where no colours are wanted: see https://no-color.org */
export function paintFor(env: Readonly<Record<string, string | undefined>>): Paint {
  const coloured = !env.NO_COLOR && env.TERM !== "dumb";
  const by = (code: number) => (text: string) => (coloured && text !== "" ? `${ESC}${code}m${text}${ESC}0m` : text);
  return { dim: by(2), red: by(31), green: by(32), yellow: by(33) };
}

/** Some lines at the end of a terminal that are drawn again in their place. */
export class Redrawn {
  readonly #output: TextOutput;
  #lines = 0;

  constructor(output: TextOutput) {
    this.#output = output;
  }

  /** Shows these lines instead of the last ones, as one write, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    const { columns = DEFAULT_COLUMNS, rows = DEFAULT_ROWS } = this.#output;
    const shown = lines.slice(0, Math.max(1, rows - 1)).map((line) => `${cut(line, columns)}${ESC}K\n`);
    // a terminal that knows it shows all of that at one moment; others take no notice
    this.#output.write(`${ESC}?2026h${ESC}?25l${this.#up()}${shown.join("")}${ESC}J${ESC}?2026l`);
    this.#lines = shown.length;
  }

  /** Takes them away, and gives the cursor back. */
  clear(): void {
    this.#output.write(`${this.#up()}${ESC}J${ESC}?25h`);
    this.#lines = 0;
  }

  #up(): string {
    // what somebody typed, such as ^C, has moved the cursor
    return this.#lines > 0 ? `\r${ESC}${this.#lines}A` : "";
  }
}

/** As much of a line as a terminal is wide: a longer one would take two, and stay. Colours have no width. */
function cut(line: string, columns: number): string {
  const plain = line.replace(COLOURS, "");
  return plain.length < columns ? line : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}
