/** A number of 32 bits, much the same for no two texts. FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/. */
export function textHash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}
