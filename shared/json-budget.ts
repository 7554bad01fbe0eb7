import { type Budget, DecodeError, tooDeep, tooManyElements } from "./budget.ts";

const BATCH = /^\s*\[\s*\[/;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/**
 * Counts depth and elements of a JSON text without parsing it, and throws where it is over budget.
 * Whether it is JSON at all is left to the parser.
 */
export function checkJson(text: string, budget: Budget): void {
  const end = text.length;
  // a batch is an array of arrays, and its outer level not the sender's
  let depth = BATCH.test(text) ? -1 : 0;
  let elements = 0;
  for (let at = 0; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(text, at + 1);
      continue;
    }
    if (unit === COMMA) elements++;
    // "[" and "{" are 0x5b and 0x7b, "]" and "}" 0x5d and 0x7d: one bit apart
    else if ((unit & 0xdf) === 0x5b) {
      elements++;
      if (++depth > budget.maxDepth) throw tooDeep(budget);
    } else if ((unit & 0xdf) === 0x5d) depth--;
    else continue;
    if (elements > budget.maxElements) throw tooManyElements(budget);
  }
}

/** Index of the quote that ends the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let from = at; ; ) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw new DecodeError("A string in the message does not end.");
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    from = quote + 1;
  }
}
