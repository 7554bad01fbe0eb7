import { HostTopic } from "../../redis/host-topic.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { PRESENCE_SCRIPT } from "./presence-script.ts";

/** What is asked, and answered at its place among the news. */
export interface Question {
  readonly bucket: number;
  /** @param data valid only during the call */
  answered(status: number, data: Buffer): void;
  /** It is not known what became of it. */
  failed(): void;
}

interface Asked {
  readonly question: Question;
  readonly at: number;
}

/** An answer that has not come after so many milliseconds is lost: some Redis of a Cluster may have ended with it. */
const LOST_MS = 10_000;
const NUMBER_BYTES = 4;
const NUMBERS = 2 ** 32;

/**
 * Questions about presence whose answers have their place among the news: they come the same way, from the script that was
 * asked. One that is lost on this way is told of as failed.
 */
export class Questions {
  readonly #redis: SharedRedis;
  readonly #lost: (bucket: number) => void;
  /** By number, and so by age. */
  readonly #asked = new Map<number, Asked>();
  #last = 0;

  /** @param lost an answer has not come, so news may have been lost as well */
  constructor(redis: SharedRedis, lost: (bucket: number) => void) {
    this.#redis = redis;
    this.#lost = lost;
    redis.listen(HostTopic.PRESENCE_ANSWER, (data) => {
      const number = data.readUInt32LE();
      const asked = this.#asked.get(number);
      this.#asked.delete(number);
      asked?.question.answered(data[NUMBER_BYTES] as number, data.subarray(NUMBER_BYTES + 1));
    });
  }

  /** Runs a function of the script that answers: the host and the number of the question are put before its arguments. */
  ask(name: string, args: readonly ScriptArgument[], question: Question): void {
    this.#last = (this.#last + 1) % NUMBERS;
    const number = this.#last;
    this.#asked.set(number, { question, at: performance.now() });
    const { host } = this.#redis;
    this.#redis.run(PRESENCE_SCRIPT, partitionOf(question.bucket), name, [host, String(number), ...args], (error) => {
      if (error !== undefined && this.#asked.delete(number)) question.failed();
    });
  }

  /** Redis cannot be asked any more: no answer comes. */
  down(): void {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    for (const { question } of all) question.failed();
  }

  /** Gives up on what has been asked for too long ago. */
  look(): void {
    const now = performance.now();
    for (const [number, { question, at }] of this.#asked) {
      if (now - at < LOST_MS) return;
      this.#asked.delete(number);
      question.failed();
      this.#lost(question.bucket);
    }
  }
}

/** Where Redis has what is in a bucket. */
export function partitionOf(bucket: number): string {
  return `presence ${bucket}`;
}
