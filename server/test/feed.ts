import type { Connection } from "../connection/connection.ts";

/** What a connection gets of what is published, where topics are only written down. */
export function feedOf(topics: Set<string>): Connection["feed"] {
  return {
    subscribe: (topic) => void topics.add(topic),
    unsubscribe: (topic) => void topics.delete(topic),
    isSubscribed: (topic) => topics.has(topic),
  };
}
