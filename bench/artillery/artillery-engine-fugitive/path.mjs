import { ScriptError } from "./errors.mjs";

const ROOT = /[\w$]+/y;
const PART = /\.([\w$-]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/**
 * Reads `name.field[0]['other field']`.
 *
 * @returns the name at its beginning, and the keys behind it
 * @throws ScriptError
 */
export function parsePath(text, where) {
  ROOT.lastIndex = 0;
  const [root] = ROOT.exec(text) ?? [];
  const keys = [];
  let end = root?.length ?? 0;
  while (end < text.length) {
    PART.lastIndex = end;
    const match = PART.exec(text);
    if (match === null) break;
    end += match[0].length;
    keys.push(match[1] ?? match[2] ?? match[3] ?? match[4]);
  }
  if (root === undefined || end < text.length) {
    throw new ScriptError(where, `${JSON.stringify(text)} is no path such as name.field[0].`);
  }
  return { root, keys };
}

/** What is there in a value; undefined where nothing is. Nothing that a value inherits is ever found. */
export function valueAt(value, keys) {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}
