import type { SharedRedis } from "../shared-redis.ts";

/** What this host is told by itself, held up on its way; what it asks is answered as ever. */
export interface LateNews {
  readonly redis: SharedRedis;
  /** How much is held up. */
  readonly count: number;
  /** It arrives now. */
  arrives(): void;
}

/** Holds up what a host is told. */
export function holdUpNews(redis: SharedRedis): LateNews {
  const late: (() => void)[] = [];
  return {
    redis: {
      host: redis.host,
      get isUp() {
        return redis.isUp;
      },
      run: (...args) => redis.run(...args),
      subscribe: (...args) => redis.subscribe(...args),
      unsubscribe: (channel) => redis.unsubscribe(channel),
      tell: (...args) => redis.tell(...args),
      watch: (listener) => redis.watch(listener),
      listen(topic, told) {
        redis.listen(topic, (data) => {
          const copy = Buffer.from(data);
          late.push(() => told(copy));
        });
      },
    },
    get count() {
      return late.length;
    },
    arrives() {
      for (const tell of late.splice(0)) tell();
    },
  };
}
