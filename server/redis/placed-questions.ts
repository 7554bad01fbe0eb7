import type { AppError } from "../../shared/errors.ts";
import type { HostTopic } from "./host-topic.ts";
import { unavailable } from "./redis-errors.ts";
import type { Script, ScriptArgument, SharedRedis } from "./shared-redis.ts";

/** Gets an answer, as bytes that are valid only during the call; or why there is none. */
export type Placed = (error: AppError | undefined, data: Buffer | undefined) => void;

interface Asked {
  readonly answered: Placed;
  /** By `performance.now()`. */
  readonly at: number;
  readonly lost: (() => void) | undefined;
}

/** An answer that has not come after so many milliseconds is lost: some Redis of a Cluster may have ended with it. */
export const LOST_MS = 10_000;
const NUMBER_BYTES = 4;
const NUMBERS = 2 ** 32;

/**
 * Questions whose answers have their place among what is published: they come the same way, from the script that was asked,
 * which tells this host about a topic, with the number of the question in front, u32.
 */
export class PlacedQuestions {
  readonly #redis: SharedRedis;
  readonly #script: Script;
  /** By number, and so by age. */
  readonly #asked = new Map<number, Asked>();
  #last = 0;

  constructor(redis: SharedRedis, topic: HostTopic, script: Script) {
    this.#redis = redis;
    this.#script = script;
    redis.listen(topic, (data) => this.#settle(data.readUInt32LE(), undefined, data.subarray(NUMBER_BYTES)));
  }

  /** How many are not answered yet. */
  get size(): number {
    return this.#asked.size;
  }

  /**
   * Runs a function of the script that answers: this host and the number of the question are put before its arguments.
   * @param answered called once, never from within
   * @param lost called behind it, where the answer has not come in time: so may have what was published
   */
  ask(partition: string, name: string, args: readonly ScriptArgument[], answered: Placed, lost?: () => void): void {
    do this.#last = (this.#last + 1) % NUMBERS;
    while (this.#asked.has(this.#last));
    const number = this.#last;
    this.#asked.set(number, { answered, at: performance.now(), lost });
    this.#redis.run(this.#script, partition, name, [this.#redis.host, String(number), ...args], (error) => {
      if (error !== undefined) this.#settle(number, error, undefined);
    });
  }

  /** Redis cannot be asked any more: no answer comes. */
  giveUp(): void {
    for (const number of [...this.#asked.keys()]) this.#settle(number, unavailable(), undefined);
  }

  /** Gives up on what has been asked for too long ago. */
  look(): void {
    const limit = performance.now() - LOST_MS;
    for (const [number, { at, lost }] of this.#asked) {
      if (at > limit) return;
      this.#settle(number, unavailable(), undefined);
      lost?.();
    }
  }

  #settle(number: number, error: AppError | undefined, data: Buffer | undefined): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    asked?.answered(error, data);
  }
}
