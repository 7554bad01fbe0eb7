import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { packageFile } from "../http/package-file.ts";
import { crashReason } from "./crash-reason.ts";
import type { Item, Order, Outcome, TaskSource, ThreadBirth, WarmUp } from "./order.ts";
import type { Running } from "./running.ts";
import { SignalBoard } from "./signal-board.ts";

export interface ComputePoolOptions {
  /** Most threads, and so most tasks that run at once. */
  readonly threads: number;
  /** Megabytes of JavaScript heap that one thread may have. */
  readonly memoryMb: number;
  /** Milliseconds after which a thread without work ends. One always stays. */
  readonly idleMs: number;
  /** Milliseconds that a cancelled task has to end by itself. */
  readonly graceMs: number;
  /** What every thread loads at its start. */
  readonly sources: readonly TaskSource[];
  /** A thread ended that was not asked to. */
  died(reason: string): void;
  /** There is room for another task, after there was none. */
  free(): void;
}

/** What the pool knows of a running task. */
interface Seat {
  readonly id: number;
  readonly slot: number;
  readonly running: Running;
  readonly abort: AbortController;
  items: number;
  /** Came before the last items, which it has to wait for. */
  outcome: Outcome | undefined;
  cancelled: boolean;
  grace: NodeJS.Timeout | undefined;
}

/** Less than everybody else, but not nothing. On Linux it holds for each thread alone. */
export const LOWER_PRIORITY = 10;
/** An ended thread may still be in the middle of something that cannot be interrupted: how long it counts, in milliseconds. */
const LONGEST_END_MS = 1_000;
const ENTRY = "dist/server/compute/compute-thread.js";
const LAST_ID = 0x7fff_ffff;

/** The threads. It takes as many tasks as there are threads: who comes next is decided elsewhere. */
export class ComputePool {
  readonly #options: ComputePoolOptions;
  readonly #board: SignalBoard;
  readonly #slots: number[];
  readonly #seats = new Map<number, Seat>();
  readonly #byTask = new Map<Running, Seat>();
  #pool: Piscina<Order, Outcome>;
  /** Ended threads that are not gone yet. */
  #ending = 0;
  #occupied = 0;
  #lastId = 0;
  #closed = false;

  constructor(options: ComputePoolOptions) {
    this.#options = options;
    this.#board = SignalBoard.ofSlots(options.threads);
    this.#slots = Array.from({ length: options.threads }, (_, slot) => slot);
    this.#pool = this.#createPool();
  }

  /** Tasks that `run` would take now. */
  get room(): number {
    return this.#options.threads - this.#occupied;
  }

  get threads(): number {
    return this.#pool.threads.length;
  }

  get running(): number {
    return this.#seats.size;
  }

  /** Has one thread load everything. Rejects where that ends the thread. */
  async warmUp(): Promise<WarmUp> {
    try {
      return (await this.#pool.run(undefined as never, { name: "warmUp" })) as unknown as WarmUp;
    } catch (error) {
      throw new Error(`loading the tasks: ${crashReason(error)}`, { cause: error });
    }
  }

  /** Runs a task. Only where there is {@link room}. */
  run(running: Running): void {
    const slot = this.#slots.pop();
    if (slot === undefined || this.room <= 0) throw new Error("No thread is free.");
    this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    const { source, input } = running;
    const id = this.#lastId;
    const abort = new AbortController();
    const seat: Seat = {
      id,
      slot,
      running,
      abort,
      items: 0,
      outcome: undefined,
      cancelled: false,
      grace: undefined,
    };
    this.#seats.set(id, seat);
    this.#byTask.set(running, seat);
    this.#occupied++;
    this.#board.begin(slot);
    const order: Order = { id, slot, source, input };
    this.#pool.run(order, { transferList: [input.buffer], signal: abort.signal }).then(
      (outcome) => this.#settle(seat, outcome),
      (error: unknown) => this.#crash(seat, error),
    );
  }

  /** Nobody waits for this task any more: it is told, and after the grace its thread is ended. */
  cancel(running: Running): void {
    const seat = this.#byTask.get(running);
    if (seat === undefined || seat.cancelled) return;
    seat.cancelled = true;
    this.#board.cancel(seat.slot, seat.id);
    seat.grace = setTimeout(() => this.#end(seat), this.#options.graceMs);
  }

  /** The caller has taken so many bytes of the task's items. */
  taken(running: Running, bytes: number): void {
    const seat = this.#byTask.get(running);
    if (seat !== undefined) this.#board.take(seat.slot, bytes);
  }

  /** Ends all threads, whatever they do. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { grace } of this.#seats.values()) clearTimeout(grace);
    await this.#pool.destroy();
  }

  #createPool(): Piscina<Order, Outcome> {
    const { threads, idleMs, memoryMb, sources } = this.#options;
    const workerData: ThreadBirth = { board: this.#board.words, sources };
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
    pool.on("message", (item: Item) => this.#item(item));
    pool.on("error", (error: Error) => this.#options.died(error.message));
    pool.on("workerDestroy", () => setImmediate(() => this.#checkAlive(pool)));
    return pool;
  }

  #item({ id, bytes }: Item): void {
    const seat = this.#seats.get(id);
    if (seat === undefined) return;
    seat.items++;
    if (!seat.cancelled) seat.running.item(bytes);
    if (seat.outcome !== undefined) this.#settle(seat, seat.outcome);
  }

  #settle(seat: Seat, outcome: Outcome): void {
    if (seat.items < outcome.items) {
      seat.outcome = outcome;
      return;
    }
    if (!this.#leave(seat)) return;
    if (!seat.cancelled) seat.running.done(outcome);
    this.#release(seat);
  }

  #crash(seat: Seat, error: unknown): void {
    if (!this.#leave(seat)) return;
    const reason = crashReason(error);
    this.#options.died(reason);
    if (!seat.cancelled) seat.running.crashed(reason);
    this.#release(seat);
  }

  /** @returns false where it had left before */
  #leave(seat: Seat): boolean {
    clearTimeout(seat.grace);
    this.#byTask.delete(seat.running);
    return this.#seats.delete(seat.id);
  }

  #release(seat: Seat): void {
    this.#slots.push(seat.slot);
    this.#occupied--;
    seat.running.released();
    if (!this.#closed) this.#options.free();
  }

  /** Ends the thread of a task that was told to end and did not. */
  #end(seat: Seat): void {
    const before = this.#pool.threads;
    if (!this.#leave(seat)) return;
    seat.abort.abort(); // piscina ends the thread, or takes the task from its queue
    const left = new Set(this.#pool.threads);
    const ended = before.find((thread) => !left.has(thread));
    if (ended === undefined) this.#release(seat);
    else {
      this.#options.died("a task did not end when it was cancelled");
      this.#whenGone(ended, () => this.#release(seat));
    }
  }

  /**
   * JavaScript ends at once, but what it called, like a hash in native code, ends when it ends. Its successor waits a
   * moment for it, and longer where there are as many such threads as there should be threads at all.
   */
  #whenGone(thread: Worker, released: () => void): void {
    let counted = true;
    const release = (): void => {
      if (!counted) return;
      counted = false;
      released();
    };
    this.#ending++;
    const timer = setTimeout(() => {
      if (this.#ending <= this.#options.threads) release();
    }, LONGEST_END_MS);
    thread.once("exit", () => {
      this.#ending--;
      clearTimeout(timer);
      release();
    });
  }

  /**
   * Where a thread dies before it has begun, piscina starts no other, and the task that waits for it waits for ever:
   * where none is left for it, all begins anew.
   */
  #checkAlive(pool: Piscina): void {
    if (this.#closed || pool !== this.#pool || pool.threads.length > 0 || this.#seats.size === 0) return;
    this.#options.died("the threads ended before they had begun");
    this.#pool = this.#createPool();
    void pool.destroy();
  }
}
