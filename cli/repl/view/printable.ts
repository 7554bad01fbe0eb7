/** Control characters, which could move a terminal's cursor or worse, are shown as what they are. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
