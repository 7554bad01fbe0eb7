/** What hosts tell one another through Redis, or scripts tell hosts: the first byte of each message. */
export const HostTopic = {
  /** script → host: a page of a history; u32 number of the question · page. */
  PAGE: 1,
} as const;

export type HostTopic = (typeof HostTopic)[keyof typeof HostTopic];
