import { LineError } from "./line-error.ts";
import { readJson } from "./read-json.ts";

/** Longest line that is read, in characters: a server takes no larger message by default. */
export const MAX_LINE = 1_048_576;

const WORD = /\s*("(?:[^"\\]+|\\.)*"?|\S+)/y;

/** A line, word for word: what is JSON takes the rest of it. */
export class Words {
  readonly #line: string;
  #at = 0;

  /** @throws LineError where the line is too long */
  constructor(line: string) {
    if (line.length > MAX_LINE)
      throw new LineError(`a line has at most ${MAX_LINE.toLocaleString("en-US")} characters`);
    this.#line = line;
  }

  /** The next word, or undefined. One in quotation marks may have blanks in it. @throws LineError where these are not closed */
  next(): string | undefined {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#line)?.[1];
    if (word === undefined) return undefined;
    this.#at = WORD.lastIndex;
    return word.startsWith('"') ? String(readJson(word)) : word;
  }

  /** The word after `@`, if the next one begins with it. */
  connection(): string | undefined {
    const at = this.#at;
    const word = /^\s*@/.test(this.#line.slice(at, at + 80)) ? this.next() : undefined;
    return word?.slice(1);
  }

  /** All that is left, or undefined where that is nothing. */
  rest(): string | undefined {
    const rest = this.#line.slice(this.#at).trim();
    this.#at = this.#line.length;
    return rest === "" ? undefined : rest;
  }
}
