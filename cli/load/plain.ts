const MOST_CHARACTERS = 300;

/** What a server says, fit for a terminal: on one line, not for ever, and without what would move its cursor. */
export function plain(text: string): string {
  return text.slice(0, MOST_CHARACTERS).replace(/\p{Cc}+/gu, " ");
}
