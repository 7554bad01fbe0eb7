import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { packageFile } from "../http/package-file.ts";
import { crashReason } from "./crash-reason.ts";
import { EndingThreads } from "./ending-threads.ts";
import type { Item, KnownSource, Loading, Order, Outcome, ThreadBirth, WarmUp } from "./order.ts";

export interface ComputeThreadsOptions {
  /** Most threads. */
  readonly threads: number;
  /** Megabytes of JavaScript heap that one thread may have. */
  readonly memoryMb: number;
  /** Milliseconds after which a thread without work ends. One always stays. */
  readonly idleMs: number;
  /** Shared with all threads. */
  readonly board: Int32Array;
  /** What every thread loads at its start. */
  readonly sources: readonly KnownSource[];
  /** An item of an order's stream; may come after the order's outcome. */
  item(item: Item): void;
  /** A thread ended that was not asked to. `error` is what ended it, where that was one. */
  died(reason: string, error?: unknown): void;
  /** Nothing can run, as threads that were ended do not end. */
  stuck(): void;
  /** Whether there are orders without an outcome. */
  busy(): boolean;
}

/** Less than everybody else, but not nothing. On Linux it holds for each thread alone. */
export const LOWER_PRIORITY = 10;
/** How long the first thread may take to say that it is warm, in milliseconds. It says so early where a task is late. */
const LONGEST_WARM_UP_MS = 20_000;
const ENTRY = "dist/server/compute/compute-thread.js";

/** piscina, with what it leaves to its users: threads that take their time to end, and those that never begin. */
export class ComputeThreads {
  readonly #options: ComputeThreadsOptions;
  #pool: Piscina<Order, Outcome>;
  readonly #ending: EndingThreads;
  /** Those that were told to end, by whomever, and have not. */
  readonly #leaving = new Set<Worker>();
  /** What a thread last began to load, by its place among the sources. */
  #loading: number | undefined;
  #closed = false;

  constructor(options: ComputeThreadsOptions) {
    this.#options = options;
    this.#ending = new EndingThreads(options.threads, options.stuck);
    this.#pool = this.#createPool();
  }

  get size(): number {
    return this.#pool.threads.length;
  }

  /** Has one thread load everything. Rejects where that ends the thread. */
  async warmUp(): Promise<WarmUp> {
    try {
      const signal = AbortSignal.timeout(LONGEST_WARM_UP_MS);
      return (await this.#pool.run(undefined as never, { name: "warmUp", signal })) as unknown as WarmUp;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "AbortError") {
        throw new Error(`${this.#beginning}: ${crashReason(error)}`, { cause: error });
      }
      return { priority: LOWER_PRIORITY, problems: [`${this.#beginning}: it takes longer than a thread may`] };
    }
  }

  #died(reason: string, error?: unknown): void {
    if (!this.#closed) this.#options.died(reason, error);
  }

  /** Runs an order, whose input is the thread's from then on. Rejects where its thread is no more, or was aborted. */
  run(order: Order, signal: AbortSignal): Promise<Outcome> {
    return this.#pool.run(order, { transferList: [order.input.buffer as ArrayBuffer], signal });
  }

  /** Ends an order's thread by aborting the order, and calls back when another may take its place. */
  end(abort: AbortController, free: () => void): void {
    const before = this.#pool.threads;
    abort.abort(); // piscina ends the thread, or takes the order from its queue
    const left = new Set(this.#pool.threads);
    const ended = before.find((thread) => !left.has(thread));
    if (ended === undefined) free();
    else {
      this.#died("a task did not end when it was cancelled");
      this.#ending.add(ended, free);
    }
  }

  /** Ends all threads, whatever they do. Resolves when they are gone, which those in native code may be late. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ending.close();
    // piscina would start another one for each of these that goes when it is through with ending the others
    await Promise.all([...this.#leaving].map((thread) => once(thread, "exit")));
    await this.#pool.destroy();
  }

  get #beginning(): string {
    const source = this.#loading === undefined ? undefined : this.#options.sources[this.#loading];
    return source === undefined ? "starting a thread" : `loading "${source.name}" (${source.url})`;
  }

  #createPool(): Piscina<Order, Outcome> {
    const { threads, idleMs, memoryMb, board, sources } = this.#options;
    const workerData: ThreadBirth = { board, sources };
    const pool = new Piscina<Order, Outcome>({
      filename: packageFile(ENTRY),
      name: "runOrder",
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: idleMs,
      // a thread that waits stays awake: what a task's file keeps open, like a connection to a database, lives on
      atomics: "disabled",
      niceIncrement: LOWER_PRIORITY,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      recordTiming: false,
      workerData,
    });
    pool.on("message", (message: unknown) => {
      if (isItem(message)) this.#options.item(message);
      else if (isLoading(message)) this.#loading = message.loading;
    });
    pool.on("error", (error: unknown) => this.#died(crashReason(error), error));
    pool.on("workerDestroy", ({ id }: { readonly id: number }) => {
      // those that are gone already, by themselves, have none any more
      const thread = id < 0 ? undefined : pool.threads.find(({ threadId }) => threadId === id);
      if (thread !== undefined) {
        this.#leaving.add(thread);
        thread.once("exit", () => this.#leaving.delete(thread));
      }
      setImmediate(() => this.#checkAlive(pool));
    });
    return pool;
  }

  /**
   * Where a thread dies before it has begun, piscina starts no other, and the order that waits for it waits for ever:
   * where none is left for it, all begins anew.
   */
  #checkAlive(pool: Piscina): void {
    if (this.#closed || pool !== this.#pool || pool.threads.length > 0 || !this.#options.busy()) return;
    this.#died(`it ended before it had begun, while ${this.#beginning}`);
    this.#pool = this.#createPool();
    void pool.destroy();
  }
}

// A task's file, and what it uses, may post messages of its own.

function isItem(message: unknown): message is Item {
  const { id, bytes } = (message ?? {}) as Partial<Item>;
  return Number.isInteger(id) && bytes instanceof Uint8Array;
}

function isLoading(message: unknown): message is Loading {
  return Number.isInteger(((message ?? {}) as Partial<Loading>).loading);
}
