/** What hosts tell one another through Redis, or scripts tell hosts: the first byte of each message. */
export const HostTopic = {
  /** script → host: a page of a history; u32 number of the question · page. */
  PAGE: 1,
  /** script → host: a session of it goes on at another host; its id and its connection, each behind its length. */
  SESSION_MOVED: 10,
  /** script → host: a session of it has another user or other tags, as is said elsewhere; its id, behind its length · the change. */
  SESSION_CHANGED: 11,
  /** script → host: a session of it has been ended; u16 close code · its id, behind its length. */
  SESSION_ENDED: 12,
  /** script → host: how a call with a key ended for which it waits, or that it may run it; see answer-functions.ts. */
  KEY_SETTLED: 13,
  /** script → all: a user was revoked; see user-functions.ts. */
  USER_REVOKED: 14,
  /** host → all: tell the connections of a user something, or end them, and say how many these are. */
  USER_ASKED: 15,
  /** host → host: so many are these; u32 number of the question · u32 how many. */
  USER_ANSWERED: 16,
  /** script → host: answers about presence; u32 number of the question · u8 what became of it · data. */
  PRESENCE_ANSWER: 20,
  /** script → host: what this host has told of its presence is forgotten, in one bucket; its number as text. */
  PRESENCE_FORGOTTEN: 21,
  /** host → host: a question of the control port's, for the other's socket workers; see hosts/host-questions.ts. */
  ASK: 40,
  /** host → host: the answer. */
  ANSWER: 41,
  /** script → all: a host has come, or has said goodbye. */
  HOSTS: 42,
  /** host → host: what a socket worker says of a peer; see primary/peer-relay.ts. */
  PEER_ORDER: 50,
  /** host → host: what it is told. */
  PEER_NEWS: 51,
  /** host → all: it pairs, and knows of nobody any more; or, from another one, what it had said is good no more: its id. */
  PEERS_ANEW: 52,
  /** script → host: the answer of a call that a queue keeps, or that a session's calls are waited for elsewhere; see queued-functions.ts. */
  QUEUED_ANSWER: 60,
  /** script → host: what a worker says meanwhile; session and job, each behind its length · data. */
  QUEUED_PROGRESS: 61,
} as const;

export type HostTopic = (typeof HostTopic)[keyof typeof HostTopic];
