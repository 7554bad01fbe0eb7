import { CloneError } from "./errors.ts";

/** Deeper than this nobody looks for what could not be cloned. */
const DEEPEST = 16;

export function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** A value as it is, or as a text where it cannot be cloned. */
export function cloneable(value: unknown): unknown {
  return isCloneable(value) ? value : String(value);
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** What a value consists of, as far as structured clone goes through it, and what each part is called. */
export function partsOf(value: unknown): [name: string, part: unknown][] {
  if (!isObject(value) || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (part, index) => [`[${index}]`, part]);
  if (value instanceof Map) return partsOf([...value].flat());
  return Object.entries(value).map(([key, part]) => [`.${key}`, part]);
}

/** What kind of object it is, as `ArrayBuffer`. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Says what could not be cloned, and where in it the reason is, as `.handlers[2] is a Function`. */
export function cloneError(what: string, value: unknown, cause: unknown): CloneError {
  let path = "";
  let part = value;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const found = partsOf(part).find(([, one]) => !isCloneable(one));
    if (found === undefined) break;
    path += found[0];
    part = found[1];
  }
  return new CloneError(`${what} cannot be cloned: ${path || "it"} is a ${kindOf(part)}.`, { cause });
}
