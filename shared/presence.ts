/** Whether somebody came to a channel or left it. */
export type PresenceChange = "join" | "leave";

/** Somebody who is in a channel. */
export interface PresenceMember<Data = unknown> {
  /** Id of its connection; where several of one user count as one, of the first that came. */
  readonly connection: string;
  /** Whose session it is, where it is known. */
  readonly user?: string;
  /** What the application says of it. */
  readonly data?: Data;
}

/** How many are in a channel. */
export interface PresenceCounts {
  readonly connections: number;
  /** As many as the list would have. Fewer than connections where several of one user count as one. */
  readonly members: number;
}
