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

function portableArray(array: unknown[]): unknown[] {
  for (let index = 0; index < array.length; index++) {
    const before = array[index];
    // NaN is not equal to itself, and nothing is wrong with it
    if (!Object.is(portable(before), before)) return array.map(portable);
  }
  return array;
}

function portableObject(object: Record<string, unknown>): Record<string, unknown> {
  for (const key in object) {
    const before = object[key];
    if (!key.isWellFormed() || !Object.is(portable(before), before)) return mended(object);
  }
  return object;
}

function mended(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toWellFormed(), portable(value)]));
}
