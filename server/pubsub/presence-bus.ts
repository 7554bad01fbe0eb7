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

/** The data of a PRESENCE_ENTERED frame that refuses: there is no room, or what hosts share cannot be reached. Empty where it is in. */
export const NO_ROOM = "!";
/** The same, and that of a PRESENCE_LISTED frame where it is not known now who is there. */
export const NOT_NOW = "?";
const NOT_NOW_BYTE = NOT_NOW.charCodeAt(0);

/** Whether an answer says {@link NOT_NOW}; a list never looks so. */
export function isNotNow(data: Uint8Array): boolean {
  return data.length === 1 && data[0] === NOT_NOW_BYTE;
}
