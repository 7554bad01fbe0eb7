/**
 * What travels between the primary and its socket workers, and between these and the compute host:
 *
 *     u32 bytes that follow · u8 type · u32 reference · u16 bytes of the channel · channel (UTF-8) · data
 *
 * One shape for all types, so that the primary can route a publication by looking at the channel and pass the rest
 * on as bytes, and the compute host a task by looking at its number.
 */
export const BusType = {
  /** worker → primary, first of all: reference = the worker's number, data = the shared secret. */
  JOIN: 1,
  /** primary → worker: welcome. */
  JOINED: 2,
  /**
   * worker → primary: somebody here wants this channel (or pattern); reference = for the answer; data = where it was, of a
   * channel that keeps a history.
   */
  SUBSCRIBE: 3,
  /** primary → worker: from now on every publication comes; data = where the history stands, and what was missed. */
  SUBSCRIBED: 4,
  /** worker → primary: nobody here wants it any more. */
  UNSUBSCRIBE: 5,
  /** worker → primary: reference = for the answer, or 0 where none is wanted. */
  PUBLISH: 6,
  /** primary → worker: the publication has its place in the channel's order; data = its offset where it has one. */
  PUBLISHED: 7,
  /** primary → worker: a publication. */
  EVENT: 8,
  /** worker → compute host: reference = the number of a task from now on, data = what the host has to know of it. */
  TASK: 9,
  /** worker → compute host: reference = for the answer, channel = the task's number and on whose behalf, data = the input. */
  RUN: 10,
  /** worker → compute host: nobody waits for this reference any more. */
  CANCEL: 11,
  /** worker → compute host: so many more bytes of chunks were taken, as channel; reference = the run's. */
  TAKEN: 12,
  /** compute host → worker: an item of a stream. */
  CHUNK: 13,
  /** compute host → worker: the result. */
  RESULT: 14,
  /** compute host → worker: why there is no result. */
  FAILED: 15,
  /** worker → primary: news of a session, or a question about it; channel = its id. */
  SESSION: 16,
  /** primary → worker: the answer; no data where there is no such session. */
  SESSION_STATE: 17,
  /** primary → worker: the session, as channel, has left the connection, as data: it goes on elsewhere. */
  SESSION_MOVED: 18,
  /** worker → primary: may a call run? channel = its session, a space, and its key. */
  CLAIM: 19,
  /** primary → worker: where it stands, and its answer if there is one. */
  CLAIMED: 20,
  /** worker → primary: a claimed call is over, and how. */
  SETTLE: 21,
  /** primary → worker: a session that it has, as channel, has another user or other tags, as data. */
  SESSION_CHANGED: 22,
  /** worker → primary: of a peer, as channel: what its client asks for, or that it is gone. */
  PEER: 23,
  /** primary → worker: the answer to that, or to a signal. */
  PEER_ANSWER: 24,
  /** primary → worker: what a peer, as channel, has to know. */
  PEER_NEWS: 25,
  /** worker → primary → worker: channel = from one peer, a space, to another; data = what it says. */
  PEER_SIGNAL: 26,
  /** worker → primary: a publication that is to be kept, or made once only; its data has a head. */
  PUBLISH_WITH: 27,
  /** primary → worker: a publication with its offset in front of its data. */
  KEPT_EVENT: 28,
  /** worker → primary: what is there of a channel's history? */
  HISTORY: 29,
  /** primary → worker: that. */
  HISTORY_PAGE: 30,
  /** worker → primary: a connection is in a channel, or is in it as somebody else; reference = for the answer. */
  PRESENCE_ENTER: 40,
  /** primary → worker: so it is known; with a byte of data where there is no room for it. */
  PRESENCE_ENTERED: 41,
  /** worker → primary: a connection, as data, is no longer in a channel. */
  PRESENCE_EXIT: 42,
  /** worker → primary: nobody here wants to hear any more who comes to a channel and leaves it. */
  PRESENCE_UNWATCH: 43,
  /** primary → worker: somebody, as data, has come to a channel. */
  PRESENCE_JOIN: 44,
  /** primary → worker: somebody, as data, has left it. */
  PRESENCE_LEAVE: 45,
  /** worker → primary: who is in a channel? data = how many may be told, 4 bytes. */
  PRESENCE_LIST: 46,
  /** primary → worker: that, or nothing where there is no room for it now. */
  PRESENCE_LISTED: 47,
  /** primary → worker: a session that it has, as channel, is over; data = its connection, and the code to close that with. */
  SESSION_ENDED: 48,
  /** worker → primary: end all sessions of a user, or one session, as channel; data = which of both, and the close code. */
  REVOKE: 49,
  /** primary → worker: so many ended; an 8-byte number. */
  REVOKED: 50,
  /** primary → worker: whatever of a user, as channel, was made before, by data = milliseconds since 1970, is good no more. */
  USER_REVOKED: 51,
  /** worker → primary: tell all connections of a user, as channel. */
  TELL_USER: 52,
  /** primary → worker: so many were there; an 8-byte number. */
  USER_TOLD: 53,
  /** primary → worker: tell the connections of a user, as channel, that are here. */
  USER_EVENT: 54,
  /** worker → primary: may a user, or an address, as channel, do so much of something? data = how much, and its rate. */
  RATE_TAKE: 60,
  /** primary → worker: yes, or after how many milliseconds; an 8-byte number. */
  RATE_TAKEN: 61,
  /** worker → primary: so much has been done; as RATE_TAKE, and answered only where it was too much. */
  RATE_SPENT: 62,
  /** primary → worker: nothing more of that for so many milliseconds. */
  RATE_OVER: 63,
  /** worker → primary: one more connection from an address, as channel; data = how many there may be, and its number. */
  CONNECT: 64,
  /** primary → worker: that is one too many; data = how many milliseconds others are to wait, and its number. */
  ONE_TOO_MANY: 65,
  /** worker → primary: one connection from an address is gone. */
  DISCONNECT: 66,
  /** primary → worker: somebody at the control port asks something; see control/control-questions.ts. */
  CONTROL: 70,
  /** worker → primary: the answer. */
  CONTROL_ANSWER: 71,
  /** primary → worker: somebody wants to see what a connection, as channel, says and is told; data = see tail/taps.ts. */
  TAIL: 72,
  /** worker → primary: lines for a tail, as channel. */
  TAIL_LINES: 73,
  /** worker → primary: the last of them. */
  TAIL_OVER: 74,
  /** primary → worker: so many bytes of lines of a tail, as channel, were taken; an 8-byte number. */
  TAIL_TAKEN: 75,
  /** primary → worker: nobody looks at a tail, as channel, any more. */
  TAIL_END: 76,
  /** worker → primary: from now on it answers CONTROL. */
  CONTROL_READY: 77,
  /** worker → primary: ask that of all socket workers; data as of CONTROL, without a number. */
  ASK_ALL: 80,
  /** primary → worker: how many connections that were, and how many workers stayed silent; two 8-byte numbers. Or a refusal. */
  ALL_ASKED: 81,
  /** worker → primary: a raw connection, as channel, is there, or tagged otherwise; without data, it is gone. */
  RAW_CONNECTION: 82,
  /** primary → worker: what was asked with this reference cannot be done; channel = the code, data = the text. */
  REFUSED: 83,
  /** primary → worker: publications of a channel may have been missed, and will not come. */
  GAP: 84,
  /** primary → worker: it is not known any more who is paired with whom: peers have to seek anew. */
  PEERS_LOST: 85,
  /** worker → primary: a call, of the session that is the channel, is to be queued; data = queued/enqueue-data.ts. */
  ENQUEUE: 86,
  /** primary → worker: the queue has it; channel = its job. */
  ENQUEUED: 87,
  /** worker → primary: a session, as channel, goes on here: which of its calls are queued, and not answered? */
  QUEUED_CALLS: 88,
  /** primary → worker: these; data = queued/enqueue-data.ts. Their answers come here from now on. */
  QUEUED_CALLS_ARE: 89,
  /** primary → worker: the answer of a queued call, whose job is the channel; data = queued/answer.ts. */
  QUEUED_ANSWER: 90,
  /** primary → worker: there is an answer, for which there is no room now. */
  QUEUED_ANSWER_LATER: 91,
  /** primary → worker: what a worker says while it is at a job, which is the channel. */
  QUEUED_PROGRESS: 92,
  /** worker → primary: of a session, as channel, a client has the answer of a job, as data, or does not want it. */
  QUEUED_DONE: 93,
  /** primary → worker: a call that was to be queued is one that is known, by its key: its job as channel; data = the job it came with. Before its answer. */
  QUEUED_AS: 95,
  /** worker → primary, before anything else of these: there are procedures here whose calls are queued. */
  QUEUE_NEEDED: 94,
} as const;

export type BusType = (typeof BusType)[keyof typeof BusType];
