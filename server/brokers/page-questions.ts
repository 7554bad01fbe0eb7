import type { AppError } from "../../shared/errors.ts";
import { List, type Place } from "../list.ts";
import { overloaded } from "../overloaded.ts";
import { HostTopic } from "../redis/host-topic.ts";
import { unavailable } from "../redis/redis-errors.ts";
import type { ScriptArgument, SharedRedis } from "../redis/shared-redis.ts";
import { PUBLICATIONS } from "./redis-histories.ts";

/** Gets a page, as bytes that are valid only during the call, at its place among publications; or why there is none. */
export type PageAnswered = (error: AppError | undefined, page: Buffer | undefined) => void;

interface Question {
  readonly channel: string;
  readonly name: "after" | "before" | "mark";
  readonly args: readonly ScriptArgument[];
  readonly answered: PageAnswered;
  /** By `performance.now()`, once it has been asked. */
  askedAt: number;
}

/** Bytes of pages that may be on their way at a time: Redis hangs up on who lets more than 32 MiB wait, by default. */
const MOST_BYTES = 16_777_216;
/** Bytes of a page, where no publication alone is larger. */
const PAGE_BYTES = 262_144;
/** Questions that may be on their way at a time, whatever their answers. */
const MOST_ASKED = 64;
/** Questions that may wait. */
const MOST_WAITING = 100_000;
const RETRY_AFTER_MS = 1_000;
/** How long an answer may take, in milliseconds: in a Cluster it can be lost. */
const LONGEST_MS = 10_000;

/**
 * Asks Redis for pages of histories. An answer comes as publications do, on the same connection, so that it has its place among
 * them: what came before it is in it, and what comes after it is newer.
 */
export class PageQuestions {
  readonly #redis: SharedRedis;
  readonly #asked = new Map<number, Question>();
  readonly #waiting = new List<Question>();
  readonly #timer: NodeJS.Timeout;
  readonly #most: number;
  #waits = 0;
  #last = 0;

  /** @param largest bytes of the largest publication that there should be */
  constructor(redis: SharedRedis, largest: number) {
    this.#redis = redis;
    this.#most = Math.max(1, Math.min(MOST_ASKED, Math.floor(MOST_BYTES / Math.max(PAGE_BYTES, largest))));
    redis.listen(HostTopic.PAGE, (data) => {
      this.#settle(data.readUInt32LE(0), undefined, data.subarray(NUMBER_BYTES));
    });
    redis.watch({ down: () => this.#giveUp() });
    this.#timer = setInterval(() => this.#expire(), LONGEST_MS / 4).unref();
  }

  /** Whether Redis can be asked now. */
  get canAsk(): boolean {
    return this.#redis.isUp;
  }

  /**
   * @param name the function that is asked, which gets this host, a number, the channel, and `args`
   * @param answered called once, never from within
   */
  ask(name: Question["name"], channel: string, args: readonly ScriptArgument[], answered: PageAnswered): void {
    if (!this.#redis.isUp) {
      setImmediate(() => answered(unavailable(), undefined));
      return;
    }
    const question: Question = { channel, name, args, answered, askedAt: 0 };
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

  #send(question: Question): void {
    do this.#last = (this.#last + 1) % 0x1_0000_0000;
    while (this.#asked.has(this.#last));
    const number = this.#last;
    question.askedAt = performance.now();
    this.#asked.set(number, question);
    const bytes = Buffer.allocUnsafe(NUMBER_BYTES);
    bytes.writeUInt32LE(number, 0);
    const { channel, name, args } = question;
    this.#redis.run(PUBLICATIONS, channel, name, [this.#redis.host, bytes, channel, ...args], (error) => {
      if (error !== undefined) this.#settle(number, error, undefined);
    });
  }

  #settle(number: number, error: AppError | undefined, page: Buffer | undefined): void {
    const question = this.#asked.get(number);
    if (question === undefined) return;
    this.#asked.delete(number);
    question.answered(error, page);
    if (this.#redis.isUp) this.#next();
  }

  #next(): void {
    const first: Place<Question> | undefined = this.#waiting.first;
    if (first === undefined || this.#asked.size >= this.#most) return;
    this.#waiting.remove(first);
    this.#waits--;
    this.#send(first.value);
  }

  #expire(): void {
    const limit = performance.now() - LONGEST_MS;
    for (const [number, { askedAt }] of this.#asked) {
      if (askedAt < limit) this.#settle(number, unavailable(), undefined);
    }
  }

  /** Nothing of what was asked will be answered. */
  #giveUp(): void {
    const questions = [...this.#asked.values()];
    this.#asked.clear();
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      this.#waiting.remove(first);
      this.#waits--;
      questions.push(first.value);
    }
    for (const { answered } of questions) answered(unavailable(), undefined);
  }
}

const NUMBER_BYTES = 4;
