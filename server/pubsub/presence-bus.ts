/**
 * The data of a PRESENCE_ENTER frame. Its channel is the one that a connection is in from now on, or is in as somebody
 * else. The user is null where the connection counts for itself, the member is null where it is what it was.
 */
export type PresenceEntrance = readonly [
  connection: string,
  user: string | null,
  /** Whether the worker wants to hear of others, from the answer on. */
  watch: boolean,
  member: Uint8Array | null,
];

/** Stands for the counts, where a list of so many members is asked for. */
export const COUNTS_ONLY = 0;
