/** Parts of 1 are these divided by so much. */
export const NOISE_END = 2_147_483_647;

/** Whole numbers from 1 to less than {@link NOISE_END} in no order, the same each time. */
export function* noise() {
  for (let seed = 1; ; ) {
    seed = (seed * 48_271) % NOISE_END;
    yield seed;
  }
}

/** So many letters in no order, the same each time: they cannot be deflated to much less. */
export function textOf(size) {
  const numbers = noise();
  return Array.from({ length: size }, () => String.fromCharCode(97 + (numbers.next().value % 26))).join("");
}
