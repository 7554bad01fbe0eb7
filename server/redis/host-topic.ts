/** What hosts tell one another through Redis, or scripts tell hosts: the first byte of each message. */
export const HostTopic = {
  /** script → host: a page of a history; u32 number of the question · page. */
  PAGE: 1,
  /** script → host: answers about presence; u32 number of the question · u8 what became of it · data. */
  PRESENCE_ANSWER: 20,
  /** script → host: what this host has told of its presence is forgotten, in one bucket; its number as text. */
  PRESENCE_FORGOTTEN: 21,
} as const;

export type HostTopic = (typeof HostTopic)[keyof typeof HostTopic];
