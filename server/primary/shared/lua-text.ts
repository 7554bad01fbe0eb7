/** A text of any bytes, as it stands in a script. */
export function luaText(bytes: Iterable<number>): string {
  return `'${Array.from(bytes, (byte) => `\\${String(byte).padStart(3, "0")}`).join("")}'`;
}
