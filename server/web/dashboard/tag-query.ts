/**
 * Reads what somebody typed to find connections: `plan=pro user=ann`, as the control port writes tags, with %20 for a
 * space. @returns the query of a URL
 * @throws Error in words for who typed it
 */
export function tagQuery(text: string): string {
  const query = new URLSearchParams();
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    const equals = word.indexOf("=");
    if (equals < 1) throw new Error(`“${word}” is no tag: write name=value.`);
    const name = decoded(word.slice(0, equals));
    if (query.has(name)) throw new Error(`“${name}” is there twice.`);
    query.append(name, decoded(word.slice(equals + 1)));
  }
  return query.toString();
}

/** One tag as it is to be typed. */
export function typedTag(name: string, value: string): string {
  return `${typed(name)}=${typed(value)}`;
}

function typed(text: string): string {
  return text.replaceAll(/[\s=%\p{C}]/gu, encodeURIComponent);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
