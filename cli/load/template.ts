import { isRecord } from "../../shared/is-record.ts";

/** What a template is filled in with. */
export interface Blanks {
  /** Number of the client, from 0. */
  readonly client: number;
  /** How often this client has filled one in before. */
  readonly i: number;
  /** What a publication is known by when it arrives, with the moment at which it was sent. */
  readonly sent: () => string;
}

export type Template = (blanks: Blanks) => unknown;

const BLANK = /\{\{\s*(\w+)(?::(\d+))?\s*\}\}/g;
const ALONE = /^\{\{\s*(\w+)(?::(\d+))?\s*\}\}$/;
const DEFAULT_RANDOM = 1_000_000;
const MOST_RANDOM = 2 ** 48;
export const BLANK_NAMES = ["i", "client", "random", "time", "sent"];

/**
 * Makes a template of what JSON holds. In its strings, `{{i}}`, `{{client}}`, `{{random}}` or `{{random:6}}` (a whole
 * number below that), `{{time}}` (milliseconds since 1970) and `{{sent}}` are filled in; a string that is nothing else
 * becomes a number, but for `{{sent}}`.
 * @throws Error which blank is unknown
 */
export function compileTemplate(value: unknown): Template {
  if (typeof value === "string") return compileText(value);
  if (Array.isArray(value)) {
    const items = value.map(compileTemplate);
    return (blanks) => items.map((item) => item(blanks));
  }
  if (isRecord(value)) {
    const entries = Object.entries(value as object).map(([key, member]) => [key, compileTemplate(member)] as const);
    return (blanks) => Object.fromEntries(entries.map(([key, member]) => [key, member(blanks)]));
  }
  return () => value;
}

/** The same of a text that stays one, such as the name of a channel. @throws Error which blank is unknown */
export function compileName(text: string): (blanks: Blanks) => string {
  const template = compileText(text);
  return (blanks) => String(template(blanks));
}

function compileText(text: string): Template {
  const alone = ALONE.exec(text);
  if (alone !== null) return blank(alone[1], alone[2]);
  if (!text.includes("{{")) return () => text;
  const parts: (string | Template)[] = [];
  let end = 0;
  for (const match of text.matchAll(BLANK)) {
    parts.push(text.slice(end, match.index), blank(match[1], match[2]));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return (blanks) => parts.map((part) => (typeof part === "string" ? part : part(blanks))).join("");
}

function blank(name: string | undefined, below: string | undefined): Template {
  const random = below === undefined ? DEFAULT_RANDOM : Number(below);
  if (random < 1 || random > MOST_RANDOM) throw new Error(`{{random:${below}}} has to be from 1 to 2 to the 48th`);
  switch (name) {
    case "i":
      return ({ i }) => i;
    case "client":
      return ({ client }) => client;
    case "random":
      return () => Math.floor(Math.random() * random);
    case "time":
      return () => Date.now();
    case "sent":
      return ({ sent }) => sent();
    default:
      throw new Error(`{{${name}}} is unknown; there are ${BLANK_NAMES.map((known) => `{{${known}}}`).join(", ")}`);
  }
}
