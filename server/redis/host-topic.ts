/** What hosts tell one another through Redis, or scripts tell hosts: the first byte of each message. */
export const HostTopic = {
  /** script → host: a page of a history; u32 number of the question · page. */
  PAGE: 1,
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
} as const;

export type HostTopic = (typeof HostTopic)[keyof typeof HostTopic];
