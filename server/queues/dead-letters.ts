/** How many jobs the dead letters keep, about, the newest. */
export const DEAD_LETTERS = 10_000;
/** Characters of the error that they were given up with. */
export const MAX_ERROR_LENGTH = 10_000;
