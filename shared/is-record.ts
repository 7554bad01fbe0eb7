/** Whether a decoded value has fields. Bytes have none: each would count as one, and a message may have a million. */
export function isRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Date);
}
