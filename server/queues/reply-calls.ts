import type { Logger } from "../logger.ts";
import type { ReplyHandler } from "./job-queue.ts";
import type { Reply } from "./reply.ts";

/** How many replies are remembered whose handler has thrown. */
const MAX_THROWN = 1_000;

/**
 * Calls who consumes replies, and has each reply end once, whatever that throws: the reply comes again once more, as
 * another process may do better, and is let go of the second time. One that threw for ever would use up the room for others.
 */
export class ReplyCalls {
  readonly #handler: ReplyHandler;
  readonly #log: Pick<Logger, "warn">;
  readonly #thrown = new Set<string>();

  constructor(handler: ReplyHandler, log: Pick<Logger, "warn">) {
    this.#handler = handler;
    this.#log = log;
  }

  /** @param done as of {@link ReplyHandler}, and heard the first time only */
  call(reply: Reply, done: (safe: boolean) => void): void {
    let isOver = false;
    const once = (safe: boolean): void => {
      if (isOver) return;
      isOver = true;
      done(safe);
    };
    try {
      this.#handler(reply, once);
    } catch (error) {
      const { procedure, job, attempt, kind } = reply;
      const before = this.#remember(`${attempt} ${kind} ${job}`);
      this.#log.warn({ error, procedure, job, attempt, kind }, "who consumes replies has thrown");
      once(before);
    }
  }

  /** @returns whether it was remembered before */
  #remember(key: string): boolean {
    if (this.#thrown.delete(key)) return true;
    this.#thrown.add(key);
    if (this.#thrown.size > MAX_THROWN) for (const oldest of this.#thrown) return !this.#thrown.delete(oldest);
    return false;
  }
}
