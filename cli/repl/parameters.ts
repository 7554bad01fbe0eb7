import { LineError } from "./line-error.ts";
import { readJson } from "./read-json.ts";
import type { Words } from "./split-line.ts";

/** What completion offers for a parameter. */
export type Kind =
  | "command"
  | "connection"
  | "procedure"
  | "channel"
  | "subscription"
  | "job"
  | "rand"
  | "presence"
  | "nothing";

/** One thing that a command is told: how it is read, and what can be offered for it. */
export interface Parameter<Value> {
  readonly kind: Kind;
  readonly optional: boolean;
  /** Takes the next of the words, or all that is left. */
  readonly take: (words: Words) => string | undefined;
  /** @throws LineError */
  readonly read: (text: string) => Value;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of parameters, as a command gets them. */
export type Values<Of extends Parameters> = {
  readonly [Name in keyof Of]: Of[Name] extends Parameter<infer Value> ? Value : never;
};

const next = (words: Words) => words.next();
const rest = (words: Words) => words.rest();

/** A word that has to be there. */
export function word(kind: Kind): Parameter<string> {
  return { kind, optional: false, take: next, read: (text) => text };
}

/** A whole number. */
export function count(min: number, max: number): Parameter<number> {
  return {
    kind: "nothing",
    optional: false,
    take: next,
    read(text) {
      const value = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new LineError(
        `expected a whole number from ${min} to ${max.toLocaleString("en-US")}, found ${text.slice(0, 40)}`,
      );
    },
  };
}

/** One of some words. */
export function choice<const Word extends string>(kind: Kind, ...words: readonly Word[]): Parameter<Word> {
  return {
    kind,
    optional: false,
    take: next,
    read(text) {
      const found = words.find((candidate) => candidate === text);
      if (found === undefined) throw new LineError(`expected ${words.join(" or ")}, found ${text.slice(0, 40)}`);
      return found;
    },
  };
}

/** JSON, which takes the rest of the line. */
export const json: Parameter<unknown> = { kind: "nothing", optional: false, take: rest, read: readJson };

/** The same parameter, where it may be left out. */
export function optional<Value>(parameter: Parameter<Value>): Parameter<Value | undefined> {
  return { ...parameter, optional: true };
}

/**
 * Reads what a command is told.
 * @param usage the command as its help shows it
 * @throws LineError where something is missing, wrong, or too much
 */
export function readParameters<Of extends Parameters>(parameters: Of, words: Words, usage: string): Values<Of> {
  const values: Record<string, unknown> = {};
  for (const [name, { optional, take, read }] of Object.entries(parameters)) {
    const text = take(words);
    if (text === undefined && !optional) throw new LineError(`${name.toUpperCase()} is missing: ${usage}`);
    values[name] = text === undefined ? undefined : read(text);
  }
  const more = words.rest();
  if (more !== undefined) throw new LineError(`${JSON.stringify(more.slice(0, 40))} is too much: ${usage}`);
  return values as Values<Of>;
}
