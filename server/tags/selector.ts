import { MAX_NAME_LENGTH } from "../../shared/message.ts";

/** Which connections are meant: those of these ids, or all that have each of these tags. */
export type Selector = { readonly ids: readonly string[] } | { readonly tags: readonly (readonly [string, string])[] };

/** Names, or ids, in one selector at most. */
const MOST_TAGS = 100;
const MOST_IDS = 10_000;

/** Every connection there is. */
export const EVERYBODY: Selector = { tags: [] };

/**
 * Reads what a query, or an application, says of the connections that it means. `id` names them, with commas between
 * several, and then other tags do not count; `id=*` is all.
 * @throws RangeError where it says nothing, the same twice, or too much
 */
export function readSelector(given: Iterable<readonly [string, string]>): Selector {
  const tags = new Map<string, string>();
  for (const [name, value] of given) {
    if (tags.has(name)) throw new RangeError(`The tag ${shown(name)} is named twice.`);
    tags.set(name, value);
  }
  const ids = tags.get("id");
  if (ids === "*") return EVERYBODY;
  if (ids !== undefined) return { ids: readIds(ids) };
  if (tags.size === 0) throw new RangeError("Say which connections are meant, as ?tag=value; ?id=* is all of them.");
  if (tags.size > MOST_TAGS) throw new RangeError(`More than ${MOST_TAGS} tags are named.`);
  for (const [name, value] of tags) {
    if (name.length === 0 || name.length > MAX_NAME_LENGTH || value.length > MAX_NAME_LENGTH) {
      throw new RangeError(`${shown(name)} is no tag: names and values have up to ${MAX_NAME_LENGTH} characters.`);
    }
  }
  return { tags: [...tags] };
}

function readIds(text: string): string[] {
  const ids = [...new Set(text.split(",").filter((id) => id !== ""))];
  if (ids.length === 0) throw new RangeError("No id is named.");
  if (ids.length > MOST_IDS) throw new RangeError(`More than ${MOST_IDS} ids are named.`);
  return ids;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, MAX_NAME_LENGTH));
}
