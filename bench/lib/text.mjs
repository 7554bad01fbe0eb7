/** So many letters in no order, the same each time: they cannot be deflated to much less. */
export function textOf(size) {
  let seed = 1;
  return Array.from({ length: size }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (seed % 26));
  }).join("");
}
