import type { Logger } from "../logger.ts";
import type { Generation } from "./generation.ts";
import type { Workers } from "./workers.ts";

export interface RolloutOptions {
  readonly workers: Pick<Workers, "numbers" | "generationOf" | "replace" | "serving">;
  readonly log: Pick<Logger, "info" | "error">;
  /** Makes what the new socket workers are born into. */
  begin(): Generation;
  /** Nobody else moves connections until that is released. */
  hold(): Promise<() => void>;
  /** A socket worker of it serves: what is started from now on is of it. */
  proven(generation: Generation): void;
  /** It is over, one way or the other. */
  ended(): void;
}

/** What became of a request: it begins at once; it is what follows the one that runs; or that one's follower is it. */
export type RolloutAnswer = "started" | "queued";

/**
 * Rolling restarts: all socket workers are replaced, one after the other, by ones that load the application's code anew.
 * The first that cannot serve ends it, and those that are left stay as they are.
 */
export class Rollout {
  readonly #options: RolloutOptions;
  #running = false;
  #queued = false;
  #closed = false;
  #failure: string | undefined;

  constructor(options: RolloutOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Whether another one follows the one that runs. */
  get queued(): boolean {
    return this.#queued;
  }

  /** Why the last one ended early, if it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Begins one, or has one follow the one that runs: code may have changed since that began. */
  request(): RolloutAnswer {
    if (this.#running) {
      if (!this.#queued) this.#options.log.info("rolling restart: another one follows this one");
      this.#queued = true;
      return "queued";
    }
    this.#running = true;
    void this.#runAll();
    return "started";
  }

  /** Nothing more is replaced. What is being replaced is whoever's business ends all. */
  close(): void {
    this.#closed = true;
    this.#queued = false;
  }

  async #runAll(): Promise<void> {
    const release = await this.#options.hold();
    for (let again = true; again; ) {
      if (!this.#closed) await this.#run();
      again = this.#queued;
      this.#queued = false;
    }
    this.#running = false;
    this.#options.ended();
    release();
  }

  async #run(): Promise<void> {
    const { workers, log, begin, proven } = this.#options;
    const started = performance.now();
    const generation = begin();
    const next = () => workers.numbers.find((number) => workers.generationOf(number) !== generation);
    log.info(`rolling restart: ${workers.numbers.length} socket workers, one after the other`);
    this.#failure = undefined;
    let number = next();
    try {
      for (; number !== undefined && !this.#closed; number = next()) {
        await workers.replace(number, generation);
        if (this.#closed) return;
        // one that serves and dies is no reason to take those away that do not
        if (workers.numbers.includes(number) && !workers.serving.some((worker) => worker.number === number)) {
          throw new Error(`socket worker ${number} served, and died`);
        }
        proven(generation);
      }
    } catch (error) {
      if (this.#closed) return;
      this.#failure = (error as Error).message;
      log.error(
        { worker: number },
        `rolling restart: ended, as ${this.#failure}; the others stay as they are, and the next SIGHUP tries again`,
      );
      return;
    }
    if (!this.#closed) log.info({ tookMs: Math.round(performance.now() - started) }, "rolling restart: done");
  }
}
