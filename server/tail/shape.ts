/** What a value looks like, without anything of what it says: plain data, to be written as JSON. */
export type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

/** Depth at which only the kind and the size of what is deeper are told. */
const DEEPEST = 5;
/** Values of one shape at most: what is more is only counted. */
const MOST_VALUES = 60;
/** Items of one array that are told of at most. */
const MOST_ITEMS = 3;
/** Characters of a key that are shown. */
const MOST_KEY = 40;
/** Keys whose values are not even measured. */
const SECRET = /token|secret|passw|credential|authoriz|cookie|api.?key/i;
/** What stands for those. */
export const HIDDEN = "hidden";

interface Budget {
  left: number;
}

/**
 * Describes a value by the keys of objects, the lengths of strings, bytes and arrays, and the types of all else. No value
 * can be found out from it, and what goes by the name of a secret is not described at all. Bounded, whatever is given.
 * @example shapeOf({ name: "ada", scores: [1, 2, 3, 4] })
 * // { name: "string(3)", scores: ["number", "number", "number", "1 more"] }
 */
export function shapeOf(value: unknown): Shape {
  return describe(value, 0, { left: MOST_VALUES });
}

function describe(value: unknown, depth: number, budget: Budget): Shape {
  budget.left--;
  if (value === null) return "null";
  if (typeof value === "string") return `string(${value.length})`;
  if (typeof value !== "object") return typeof value;
  if (ArrayBuffer.isView(value)) return `bytes(${value.byteLength})`;
  if (value instanceof Date) return "date";
  if (Array.isArray(value)) {
    return depth >= DEEPEST ? `array(${value.length})` : describeArray(value, depth, budget);
  }
  return depth >= DEEPEST ? `object(${Object.keys(value).length})` : describeObject(value, depth, budget);
}

function describeArray(items: readonly unknown[], depth: number, budget: Budget): Shape {
  const shown: Shape[] = [];
  while (shown.length < Math.min(items.length, MOST_ITEMS) && budget.left > 0) {
    shown.push(describe(items[shown.length], depth + 1, budget));
  }
  return shown.length < items.length ? [...shown, `${items.length - shown.length} more`] : shown;
}

function describeObject(value: object, depth: number, budget: Budget): Shape {
  const keys = Object.keys(value);
  const shown: [string, Shape][] = [];
  for (const key of keys) {
    if (budget.left <= 0) break;
    const child = (value as Readonly<Record<string, unknown>>)[key];
    const name = key.length > MOST_KEY ? `${key.slice(0, MOST_KEY)}…` : key;
    if (SECRET.test(key)) budget.left--;
    shown.push([name, SECRET.test(key) ? HIDDEN : describe(child, depth + 1, budget)]);
  }
  if (shown.length < keys.length) shown.push(["…", `${keys.length - shown.length} more`]);
  return Object.fromEntries(shown);
}
