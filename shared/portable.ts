/**
 * Makes data that one client sent safe for every other: strings that are no well-formed Unicode and dates that are no
 * dates encode to MessagePack that strict decoders of other languages refuse. Returns the very value where nothing is
 * wrong, which is nearly always, and a mended copy elsewhere.
 */
export function portable(value: unknown): unknown {
  return isPortable(value) ? value : mended(value);
}

// Two passes, each of which looks at every value once: the first allocates nothing, and the second is rarely needed.

function isPortable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isPortable(item)) return false;
    return true;
  }
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  for (const key in value) {
    if (!key.isWellFormed() || !isPortable((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

function mended(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(mended);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key.toWellFormed(), mended(child)]));
}
