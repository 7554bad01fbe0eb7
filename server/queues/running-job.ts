import { AppError } from "../../shared/errors.ts";
import type { Job } from "./job.ts";
import type { JobRun } from "./job-queue.ts";
import { type Reply, type ReplyBody, replyTo } from "./reply.ts";

/** Where what a job has to say goes. */
export interface JobVoice {
  readonly tell: (reply: Reply) => void;
  readonly send: (reply: Reply) => Promise<void>;
}

/**
 * A job under way, and what its handler can do.
 * @typeParam Held what a driver needs to let go of it
 */
export class RunningJob<Held> implements JobRun {
  /** The same where the same message is delivered again. */
  readonly key: string;
  readonly job: Job;
  held: Held;
  /** Whether what its handler gives matters no more: it then has nothing more to say. */
  settled = false;
  readonly #voice: JobVoice;
  /** Most handlers never look at it, and it costs more than all the rest of this. */
  #aborting: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(key: string, job: Job, held: Held, voice: JobVoice) {
    this.key = key;
    this.job = job;
    this.held = held;
    this.#voice = voice;
  }

  get signal(): AbortSignal {
    if (this.#aborting === undefined) {
      this.#aborting = new AbortController();
      if (this.#aborted !== undefined) this.#aborting.abort(this.#aborted);
    }
    return this.#aborting.signal;
  }

  abort(reason: Error): void {
    this.#aborted = reason;
    this.#aborting?.abort(reason);
  }

  tell(body: ReplyBody): void {
    if (!this.settled) this.#voice.tell(replyTo(this.job, body));
  }

  async send(body: ReplyBody): Promise<void> {
    if (this.settled) throw new AppError("UNAVAILABLE");
    await this.#voice.send(replyTo(this.job, body));
  }
}
