/**
 * Makes data that one client sent safe for every other: strings that are no well-formed Unicode and dates that are no
 * dates encode to MessagePack that strict decoders of other languages refuse. Returns the very value where nothing is
 * wrong, which is nearly always, and a mended copy elsewhere.
 */
export function portable(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return portableArray(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  return portableObject(value as Record<string, unknown>);
}

// Every value is looked at once, and a copy made at the first thing to mend: looking again from each level would take
// time that doubles with the depth, which senders choose.

function portableArray(array: unknown[]): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index++) {
    const before = array[index];
    const after = portable(before);
    // NaN is not equal to itself, and nothing is wrong with it
    if (Object.is(after, before)) continue;
    copy ??= array.slice();
    copy[index] = after;
  }
  return copy ?? array;
}

function portableObject(object: Record<string, unknown>): Record<string, unknown> {
  let mended = false;
  const entries: [string, unknown][] = [];
  for (const key in object) {
    const before = object[key];
    const after = portable(before);
    const sound = key.isWellFormed();
    entries.push([sound ? key : key.toWellFormed(), after]);
    mended ||= !sound || !Object.is(after, before);
  }
  return mended ? Object.fromEntries(entries) : object;
}
