/** What has text run the other way, or lines end where none do. */
const MARKS = "\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069";
const MARK = new RegExp(`[${MARKS}]`, "gu");
const CONTROL = new RegExp(`\\p{Cc}|[${MARKS}]`, "gu");

/** Control characters, which could move a terminal's cursor or worse, are shown as what they are. */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, escaped);
}

/** The same of a text that has no control characters but those of its own colours and lines, as of node:util. */
export function inOrder(text: string): string {
  return text.replaceAll(MARK, escaped);
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
