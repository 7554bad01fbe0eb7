import { ComputeThreads } from "./compute-threads.ts";
import { crashReason } from "./crash-reason.ts";
import type { Item, KnownSource, Order, Outcome, WarmUp } from "./order.ts";
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
  readonly sources: readonly KnownSource[];
  /** A thread ended that was not asked to. `error` is what ended it, where that was one. */
  died(reason: string, error?: unknown): void;
  /** No task can run, as threads that were ended do not end. There are new ones after that. */
  stuck(): void;
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

const LAST_ID = 0x7fff_ffff;

/** Runs tasks on threads. It takes as many as there are threads: who comes next is decided elsewhere. */
export class ComputePool {
  readonly #options: ComputePoolOptions;
  readonly #board: SignalBoard;
  readonly #threads: ComputeThreads;
  /** Those that are free. */
  readonly #slots: number[];
  readonly #seats = new Map<number, Seat>();
  readonly #byTask = new Map<Running, Seat>();
  #lastId = 0;
  #closed = false;

  constructor(options: ComputePoolOptions) {
    const { threads, memoryMb, idleMs, sources } = options;
    this.#options = options;
    this.#board = SignalBoard.ofSlots(threads);
    this.#slots = Array.from({ length: threads }, (_, slot) => slot);
    this.#threads = new ComputeThreads({
      threads,
      memoryMb,
      idleMs,
      sources,
      board: this.#board.words,
      item: (item) => this.#item(item),
      died: (reason, error) => options.died(reason, error),
      stuck: () => options.stuck(),
      busy: () => this.#seats.size > 0,
    });
  }

  /** Tasks that `run` would take now. */
  get room(): number {
    return this.#slots.length;
  }

  get threads(): number {
    return this.#threads.size;
  }

  get running(): number {
    return this.#seats.size;
  }

  /** Has one thread load everything. Rejects where that ends the thread. */
  warmUp(): Promise<WarmUp> {
    return this.#threads.warmUp();
  }

  /** Runs a task. Only where there is {@link room}. */
  run(running: Running): void {
    const slot = this.#slots.pop();
    if (slot === undefined) throw new Error("No thread is free.");
    this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    const id = this.#lastId;
    const abort = new AbortController();
    const state = { items: 0, outcome: undefined, cancelled: false, grace: undefined };
    const seat: Seat = { id, slot, running, abort, ...state };
    this.#seats.set(id, seat);
    this.#byTask.set(running, seat);
    this.#board.begin(slot);
    const { source, input } = running;
    const order: Order = { id, slot, source, input };
    this.#threads.run(order, abort.signal).then(
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
    await this.#threads.close();
  }

  #item({ id, bytes }: Item): void {
    const seat = this.#seats.get(id);
    if (seat === undefined) return;
    seat.items++;
    if (!seat.cancelled) seat.running.item(bytes);
    if (seat.outcome !== undefined) this.#settle(seat, seat.outcome);
  }

  #settle(seat: Seat, outcome: Outcome | null): void {
    if (outcome === null) {
      // what piscina makes of a thread that threw nothing at all
      this.#crash(seat, undefined);
      return;
    }
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
    if (!this.#closed) this.#options.died(reason, error);
    if (!seat.cancelled) seat.running.crashed(reason);
    this.#release(seat);
  }

  /** A task was told to end, and did not. */
  #end(seat: Seat): void {
    if (this.#leave(seat)) this.#threads.end(seat.abort, () => this.#release(seat));
  }

  /** @returns false where it had left before */
  #leave(seat: Seat): boolean {
    clearTimeout(seat.grace);
    this.#byTask.delete(seat.running);
    return this.#seats.delete(seat.id);
  }

  #release(seat: Seat): void {
    this.#slots.push(seat.slot);
    seat.running.released();
    if (!this.#closed) this.#options.free();
  }
}
