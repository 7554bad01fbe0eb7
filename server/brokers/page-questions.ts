import { HISTORY_PAGE_BYTES } from "../bus/history-page.ts";
import { List } from "../list.ts";
import { overloaded } from "../overloaded.ts";
import { HostTopic } from "../redis/host-topic.ts";
import { LOST_MS, type Placed, PlacedQuestions } from "../redis/placed-questions.ts";
import { unavailable } from "../redis/redis-errors.ts";
import type { ScriptArgument, SharedRedis } from "../redis/shared-redis.ts";
import { PUBLICATIONS } from "./redis-histories.ts";

interface Question {
  readonly channel: string;
  readonly name: "after" | "before" | "mark";
  readonly args: readonly ScriptArgument[];
  readonly answered: Placed;
}

/** Bytes of pages that may be on their way at a time: Redis hangs up on who lets more than 32 MiB wait, by default. */
const MOST_BYTES = 16_777_216;
/** Questions that may be on their way at a time, whatever their answers. */
const MOST_ASKED = 64;
/** Questions that may wait. */
const MOST_WAITING = 100_000;
const RETRY_AFTER_MS = 1_000;
/** How often answers that do not come are looked for, in milliseconds. */
const LOOK_MS = LOST_MS / 4;

/**
 * Asks Redis for pages of histories. An answer comes as publications do, on the same connection, so that it has its place among
 * them: what came before it is in it, and what comes after it is newer.
 */
export class PageQuestions {
  readonly #redis: SharedRedis;
  readonly #asked: PlacedQuestions;
  readonly #waiting = new List<Question>();
  readonly #timer: NodeJS.Timeout;
  readonly #most: number;
  #waits = 0;

  /** @param largest bytes of the largest publication that there should be */
  constructor(redis: SharedRedis, largest: number) {
    this.#redis = redis;
    this.#most = Math.max(1, Math.min(MOST_ASKED, Math.floor(MOST_BYTES / Math.max(HISTORY_PAGE_BYTES, largest))));
    this.#asked = new PlacedQuestions(redis, HostTopic.PAGE, PUBLICATIONS);
    redis.watch({ down: () => this.#giveUp() });
    this.#timer = setInterval(() => this.#asked.look(), LOOK_MS).unref();
  }

  /** Whether Redis can be asked now. */
  get canAsk(): boolean {
    return this.#redis.isUp;
  }

  /**
   * @param name the function that is asked, which gets this host, a number, the channel, and `args`
   * @param answered called once, never from within
   */
  ask(name: Question["name"], channel: string, args: readonly ScriptArgument[], answered: Placed): void {
    if (!this.#redis.isUp) {
      setImmediate(() => answered(unavailable(), undefined));
      return;
    }
    const question: Question = { channel, name, args, answered };
    // a mark is next to nothing
    if (name === "mark" || this.#asked.size < this.#most) this.#send(question);
    else if (this.#waits >= MOST_WAITING) setImmediate(() => answered(overloaded(RETRY_AFTER_MS), undefined));
    else {
      this.#waits++;
      this.#waiting.append(question);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#giveUp();
  }

  #send({ channel, name, args, answered }: Question): void {
    this.#asked.ask(channel, name, [channel, ...args], (error, page) => {
      answered(error, page);
      if (this.#redis.isUp) this.#next();
    });
  }

  #next(): void {
    const { first } = this.#waiting;
    if (first === undefined || this.#asked.size >= this.#most) return;
    this.#waiting.remove(first);
    this.#waits--;
    this.#send(first.value);
  }

  /** Nothing of what was asked will be answered. */
  #giveUp(): void {
    const waiting: Placed[] = [];
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      this.#waiting.remove(first);
      waiting.push(first.value.answered);
    }
    this.#waits = 0;
    this.#asked.giveUp();
    for (const answered of waiting) answered(unavailable(), undefined);
  }
}
