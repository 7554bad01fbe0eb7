/** What a host is told, in a first byte: with session and job behind their lengths, and the answer. */
export const ANSWERED = 0;
/** Or with session and an empty text: whom that session is with has gone on elsewhere, at a time in 8 bytes. */
export const MOVED = 1;

/** What `q_refused` says where the queue has the call after all: somebody else has heard so, or its answer has come. */
export const HELD = 0;

/** What `q_open` says of a call whose key is known. */
export const Known = {
  /** The queue has it. */
  QUEUED: 0,
  /** The queue has yet to take it. */
  OPENED: 1,
  /** It waits for its client. */
  ANSWERED: 2,
  /** Its client has had the answer. */
  DELIVERED: 3,
  /** The same; the answer was not kept. */
  NOT_KEPT: 4,
} as const;

/** What `q_answer` says became of an answer. */
export const Taken = {
  /** It is kept, or the session is over. */
  SAFE: 0,
  /** It is kept, and the host that has brought it is the one that waits for it: it is not told besides. */
  YOURS: 1,
  /** This Redis has yet to be told what is waited for, or cannot be asked. */
  AGAIN: 2,
  /** No such call is known. */
  UNKNOWN: 3,
} as const;
