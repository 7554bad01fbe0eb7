import type { RedisLink } from "../../links/redis.ts";

/** Which entries of one stream are in hand: delivered and not done, or done and not acknowledged. */
export class RedisAcks {
  readonly stream: string;
  readonly #group: string;
  readonly #held = new Set<string>();
  readonly #done = new Set<string>();

  constructor(stream: string, group: string) {
    this.stream = stream;
    this.#group = group;
  }

  /** Ids of entries that are delivered and not done. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  has(id: string): boolean {
    return this.#held.has(id) || this.#done.has(id);
  }

  hold(id: string): void {
    this.#held.add(id);
  }

  /** It was not handled: it stays pending at Redis, and is claimed later. */
  putBack(id: string): void {
    this.#held.delete(id);
  }

  done(id: string): void {
    this.#held.delete(id);
    this.#done.add(id);
  }

  /** Acknowledges what is done. Where that fails, it is still known as done, and acknowledged later. */
  async flush(link: RedisLink): Promise<void> {
    const ids = [...this.#done];
    if (ids.length === 0) return;
    await link.command(["XACK", this.stream, this.#group, ...ids]);
    for (const id of ids) this.#done.delete(id);
  }
}
