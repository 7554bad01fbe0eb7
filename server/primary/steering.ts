import type { WorkerProcess } from "./worker-process.ts";

/** How long a socket worker may take to say that it takes connections again, in milliseconds. */
const ANSWER_MS = 1_000;

/**
 * Has one socket worker take all connections for a while, as those of its predecessor come: any other that is about to
 * be replaced would soon send them on. Where the one it is about ends, it has to be released at once.
 */
export class Steering {
  readonly target: WorkerProcess;
  readonly #others: readonly WorkerProcess[];
  #released: Promise<unknown> | undefined;

  /** @param forMs after so many milliseconds the others take connections again, whatever becomes of this process */
  constructor(target: WorkerProcess, others: readonly WorkerProcess[], forMs: number) {
    this.target = target;
    this.#others = others;
    for (const other of others) void other.shed({ count: 0, overMs: 0, upTo: 0, forMs }, ANSWER_MS);
  }

  /** All take connections again. Resolves when they do. */
  async release(): Promise<void> {
    this.#released ??= Promise.all(this.#others.map((other) => other.accept(ANSWER_MS)));
    await this.#released;
  }
}
