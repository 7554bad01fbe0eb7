import { EncodeError } from "../../shared/budget.ts";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { within } from "../within.ts";
import { isExpired, type Job } from "./job.ts";
import type { JobHandler, Outcome } from "./job-queue.ts";
import type { QueueCounts } from "./queue-counts.ts";
import { type Reply, replyTo } from "./reply.ts";
import { type JobVoice, RunningJob } from "./running-job.ts";

/** What is to be done with a job at the broker, before it is let go of. */
export interface Settlement {
  readonly reply?: Reply;
  /** It is to be done again, in so many milliseconds: this job, with the attempt that it then is. */
  readonly again?: { readonly job: Job; readonly delayMs: number };
  /** It goes to the dead letters, with this. */
  readonly dead?: string;
}

/** @typeParam Held what a driver needs to let go of a job */
export interface RunningJobsOptions<Held> extends JobVoice {
  readonly concurrency: number;
  readonly handler: JobHandler;
  readonly retryMs: number;
  readonly counts: QueueCounts;
  /**
   * Does it, at whatever time the broker can be reached, and rejects only where the queue is closed before.
   * @param held to be asked at the end: a job that is delivered once more meanwhile is held by that
   * @returns whether it was let go of; otherwise it may come again
   */
  readonly settle: (job: Job, settlement: Settlement, held: () => Held) => Promise<boolean>;
  readonly letGo: (held: Held) => void;
  /** There is room for another job. */
  readonly roomMade?: () => void;
}

const MAX_RETRY_MS = 60_000;
/** How many jobs are remembered that were settled and could not be let go of. */
const MAX_DONE = 1_000;
/** How long the broker may take to hear of what is handed back, in milliseconds. */
const HAND_BACK_MS = 2_000;

/** How long a job waits that has failed so often. */
export function retryDelay(retryMs: number, attempt: number): number {
  return Math.max(retryMs, Math.min(MAX_RETRY_MS, retryMs * 2 ** Math.min(attempt - 1, 20)));
}

/** The jobs of one consumer that are under way, from when a driver has taken them until they are settled at the broker. */
export class RunningJobs<Held> {
  readonly #options: RunningJobsOptions<Held>;
  readonly #running = new Map<string, RunningJob<Held>>();
  /** Taken, for want of room. */
  readonly #waiting: RunningJob<Held>[] = [];
  readonly #done = new Set<string>();
  #active = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: RunningJobsOptions<Held>) {
    this.#options = options;
  }

  get active(): number {
    return this.#active;
  }

  /** How many more may be taken. */
  get room(): number {
    return this.#closed ? 0 : this.#options.concurrency - this.#running.size;
  }

  /** What is held. */
  held(): Held[] {
    return [...this.#running.values()].map(({ held }) => held);
  }

  /** Whether it is known already what is delivered again, so that nobody has to do it. @param key as for {@link take} */
  adopt(key: string, held: Held): boolean {
    const running = this.#running.get(key);
    if (running !== undefined) {
      // where both are on one link, the job was put in twice: the later one stands for it
      this.#options.letGo(running.held);
      running.held = held;
      return true;
    }
    if (!this.#done.delete(key)) return false;
    this.#options.letGo(held);
    return true;
  }

  /** Begins with a job, unless it is too late for it. @param key the same where the same message is delivered again */
  take(key: string, job: Job, held: Held): void {
    const { counts } = this.#options;
    const running = new RunningJob<Held>(key, job, held, this.#options);
    this.#running.set(key, running);
    if (this.#closed) return void this.#handBack(running);
    if (isExpired(job)) {
      counts.expired++;
      return void this.#settle(running, { reply: replyTo(job, { kind: "expired" }) });
    }
    if (job.attempt > job.retries + 1) return void this.#bury(running, "UNAVAILABLE", "Its worker crashed each time.");
    if (this.#active < this.#options.concurrency) this.#run(running);
    else this.#waiting.push(running);
  }

  /** @returns how many were handed back */
  async close(limitMs: number): Promise<number> {
    this.#closed = true;
    for (const running of this.#waiting.splice(0)) this.#handBack(running);
    await this.#idle(limitMs);
    let left = 0;
    for (const running of this.#running.values()) {
      if (running.settled) continue;
      left++;
      this.#handBack(running);
      running.abort(new Error("The worker ends."));
    }
    await this.#idle(HAND_BACK_MS);
    return left;
  }

  async #idle(limitMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    // a timer knows no more, and takes what is more for nothing
    await within(idle, Math.min(limitMs, MAX_TIMER_MS) || 0, () => new Error("late")).catch(() => undefined);
  }

  #run(running: RunningJob<Held>): void {
    const { counts, handler } = this.#options;
    this.#active++;
    counts.running++;
    void outcomeOf(handler, running).then((outcome) => {
      this.#active--;
      counts.running--;
      if (!running.settled) this.#ended(running, outcome);
      this.#next();
    });
  }

  #next(): void {
    while (this.#active < this.#options.concurrency) {
      const running = this.#waiting.shift();
      if (running === undefined) return;
      if (!isExpired(running.job)) this.#run(running);
      else {
        this.#options.counts.expired++;
        this.#settle(running, { reply: replyTo(running.job, { kind: "expired" }) });
      }
    }
  }

  #ended(running: RunningJob<Held>, outcome: Outcome): void {
    const { job } = running;
    const { counts, retryMs } = this.#options;
    if (outcome.kind !== "failure") {
      if (outcome.kind === "result") counts.results++;
      else counts.errors++;
      return void this.#settle(running, { reply: replyTo(job, outcome) });
    }
    counts.failures++;
    if (job.attempt > job.retries) return void this.#bury(running, "INTERNAL", outcome.message);
    const again = { job: { ...job, attempt: job.attempt + 1 }, delayMs: retryDelay(retryMs, job.attempt) };
    this.#settle(running, { again });
  }

  #bury(running: RunningJob<Held>, code: "INTERNAL" | "UNAVAILABLE", error: string): void {
    this.#options.counts.dead++;
    this.#settle(running, { reply: replyTo(running.job, { kind: "dead", code, message: error }), dead: error });
  }

  #handBack(running: RunningJob<Held>): void {
    this.#settle(running, { again: { job: running.job, delayMs: 0 } });
  }

  #settle(running: RunningJob<Held>, settlement: Settlement): void {
    running.settled = true;
    const { key, job } = running;
    const over = (): void => {
      this.#running.delete(key);
      if (this.#running.size === 0) this.#whenIdle?.();
      this.#options.roomMade?.();
    };
    this.#options
      .settle(job, settlement, () => running.held)
      .then((isGone) => {
        if (!isGone) this.#remember(key);
        over();
      })
      .catch((error: unknown) => {
        // what it gave cannot be written down; otherwise the queue was closed, and the broker gives it to somebody else
        if (error instanceof EncodeError) this.#ended(running, { kind: "failure", message: textOf(error) });
        else over();
      });
  }

  #remember(key: string): void {
    this.#done.add(key);
    if (this.#done.size > MAX_DONE) for (const oldest of this.#done) return void this.#done.delete(oldest);
  }
}

async function outcomeOf(handler: JobHandler, running: RunningJob<unknown>): Promise<Outcome> {
  try {
    const outcome = (await handler(running.job, running)) as Outcome | undefined;
    const { kind } = outcome ?? {};
    if (outcome !== undefined && (kind === "result" || kind === "error" || kind === "failure")) return outcome;
    return { kind: "failure", message: "Its handler has given nothing that a job can end in." };
  } catch (error) {
    return { kind: "failure", message: textOf(error) };
  }
}

/** Whatever was thrown: it may have no text, or one that throws in turn. */
function textOf(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? (error.stack ?? error.message) : error;
    return String(text);
  } catch {
    return "Something was thrown that has no text.";
  }
}
