/** How often a host says of each of its sessions that it has it, in milliseconds. */
export const REFRESH_MS = 30_000;
/** How long it takes hosts to write all of theirs anew, when they know that Redis may have forgotten them, in milliseconds. */
export const WRITING_MS = 10_000;
