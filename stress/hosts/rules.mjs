/** The channel that everybody publishes on and follows; how many publications it keeps, and for how long, in milliseconds. */
export const CHANNEL = "kept";
export const KEPT = 100_000;
export const TTL_MS = 600_000;

/** The group of the remote workers. */
export const GROUP = "chaos";
