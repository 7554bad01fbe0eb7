/** What hosts tell one another through Redis, or scripts tell hosts: the first byte of each message. */
export const HostTopic = {
  /** script → host: a page of a history; u32 number of the question · page. */
  PAGE: 1,
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
} as const;

export type HostTopic = (typeof HostTopic)[keyof typeof HostTopic];
