import { HostTopic } from "../../redis/host-topic.ts";
import { PlacedQuestions } from "../../redis/placed-questions.ts";
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

/** Questions about presence: an answer is a byte that says what became of it, and data. */
export class Questions {
  readonly #placed: PlacedQuestions;
  readonly #lost: (bucket: number) => void;

  /** @param lost an answer has not come, so news may have been lost as well */
  constructor(redis: SharedRedis, lost: (bucket: number) => void) {
    this.#placed = new PlacedQuestions(redis, HostTopic.PRESENCE_ANSWER, PRESENCE_SCRIPT);
    this.#lost = lost;
  }

  /** Runs a function of the script that answers: the host and the number of the question are put before its arguments. */
  ask(name: string, args: readonly ScriptArgument[], question: Question): void {
    const { bucket } = question;
    this.#placed.ask(
      partitionOf(bucket),
      name,
      args,
      (_, data) => {
        if (data === undefined) question.failed();
        else question.answered(data[0] as number, data.subarray(1));
      },
      () => this.#lost(bucket),
    );
  }

  /** Redis cannot be asked any more: no answer comes. */
  down(): void {
    this.#placed.giveUp();
  }

  /** Gives up on what has been asked for too long ago. */
  look(): void {
    this.#placed.look();
  }
}

/** Where Redis has what is in a bucket. */
export function partitionOf(bucket: number): string {
  return `presence ${bucket}`;
}
