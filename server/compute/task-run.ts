import { AppError } from "../../shared/errors.ts";
import type { SignalBoard } from "./signal-board.ts";
import type { TaskContext } from "./task.ts";

/** Bytes of a stream's items that the caller may be behind before the task has to wait. */
const WINDOW = 256 * 1024;

const nativeAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get;

export interface TaskRunOptions {
  readonly board: SignalBoard;
  readonly slot: number;
  readonly id: number;
  /** Sends an item to the host. @returns its bytes */
  send(item: unknown): number;
}

/** One run of a task, as the task sees it. */
export class TaskRun implements TaskContext<unknown> {
  /** Items that were sent. */
  items = 0;
  readonly #options: TaskRunOptions;
  #sent = 0;
  #abort: AbortController | undefined;
  #over = false;

  constructor(options: TaskRunOptions) {
    this.#options = options;
  }

  // a property, as tasks take it out of their context
  readonly progress = (item: unknown): void => {
    const { board, slot } = this.#options;
    for (;;) {
      const seen = board.changes(slot);
      if (this.#hasRoom()) break;
      board.block(slot, seen);
    }
    this.#send(item);
  };

  /** The same for those who can wait without standing still. */
  async send(item: unknown): Promise<void> {
    const { board, slot } = this.#options;
    for (;;) {
      const seen = board.changes(slot);
      if (this.#hasRoom()) break;
      await board.change(slot, seen);
    }
    this.#send(item);
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#createAbort();
    return this.#abort.signal;
  }

  /** No more of this: what still looks at the signal gets no more news. */
  end(): void {
    this.#over = true;
    if (this.#abort !== undefined) this.#options.board.wake(this.#options.slot);
  }

  /** Throws where nobody waits for an item any more. */
  #hasRoom(): boolean {
    // another task may have the slot by now: what it says is no business of this one, which has nothing to send
    if (this.#over) return true;
    if (this.#unwanted) throw this.#reason();
    return this.#options.board.untaken(this.#options.slot, this.#sent) <= WINDOW;
  }

  get #unwanted(): boolean {
    return this.#options.board.isCancelled(this.#options.slot, this.#options.id);
  }

  #reason(): Error {
    return new AppError("CANCELLED", "Nobody waits for the result any more.");
  }

  #send(item: unknown): void {
    if (this.#over) return;
    this.#sent += this.#options.send(item);
    this.items++;
  }

  #createAbort(): AbortController {
    const abort = new AbortController();
    const { signal } = abort;
    const look = (): boolean => {
      if (!this.#over && this.#unwanted) abort.abort(this.#reason());
      return nativeAborted?.call(signal);
    };
    // a loop that never waits gets no events: it looks, and then it has to be told the truth
    Object.defineProperty(signal, "aborted", { get: look });
    Object.defineProperty(signal, "throwIfAborted", {
      value: () => {
        if (look()) throw signal.reason;
      },
    });
    void this.#watch(look);
    return abort;
  }

  /** Lets the signal's listeners know while the task waits for something else. */
  async #watch(look: () => boolean): Promise<void> {
    const { board, slot } = this.#options;
    for (;;) {
      const seen = board.changes(slot);
      if (this.#over || look()) return;
      await board.change(slot, seen);
    }
  }
}
