import { checkName } from "../check-name.ts";

/** What a connection is known by, beside what every connection has: names and values as somebody has set them. */
export type Tags = Readonly<Record<string, string>>;

/** What becomes of tags: null deletes one, and what is not named stays as it is. */
export type TagChanges = Readonly<Record<string, string | null>>;

/** Tags that every connection has by itself. Nobody can set them. */
export const BUILT_IN_TAGS: readonly string[] = ["id", "user", "session", "worker", "path"];

export const NO_TAGS: Tags = Object.freeze({});

/** Tags of one connection at most. */
const MOST_TAGS = 100;

/** @returns undefined where there is no such tag; the name may come from outside */
export function tagOf(tags: Tags, name: string): string | undefined {
  return Object.hasOwn(tags, name) ? tags[name] : undefined;
}

/**
 * Looks at changes that somebody wants; undefined deletes as null does.
 * @throws RangeError where a name or a value is longer than 255 characters, or it is a name that nobody may set
 */
export function checkTags(changes: Readonly<Record<string, string | null | undefined>>): TagChanges {
  const checked = new Map<string, string | null>();
  for (const [name, value] of Object.entries(changes)) {
    checkName(name, "A tag's name");
    // on its way to the primary it would become another one
    if (name === "__proto__") throw new RangeError("A tag's name cannot be __proto__.");
    if (BUILT_IN_TAGS.includes(name)) throw new RangeError(`Every connection has a tag ${name}, which nobody sets.`);
    checked.set(name, value === undefined || value === null ? null : checkName(value, "A tag", 0));
  }
  return Object.fromEntries(checked);
}

/** Tags after a change. */
export function changedTags(tags: Tags, changes: TagChanges): Tags {
  // a Map, as the names may come from outside
  const all = new Map(Object.entries(tags));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  return Object.fromEntries(all);
}

/** @throws RangeError where that are more than a connection may have */
export function checkTagCount(tags: Tags): void {
  if (Object.keys(tags).length > MOST_TAGS) throw new RangeError(`A session may have ${MOST_TAGS} tags.`);
}
