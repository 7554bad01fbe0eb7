/** A value as one line of JSON; what JSON has not is written as a server writes it to a client that speaks JSON. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, replace);
}

// not an arrow function: of a date, JSON.stringify gives the replacer the text that it has already made
function replace(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  const { [key]: original } = this as Record<string, unknown>;
  if (original instanceof Uint8Array) return Buffer.from(original).toString("base64");
  return value;
}
