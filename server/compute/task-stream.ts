import { AsyncQueue } from "../../shared/async-queue.ts";

export interface TaskStreamOptions {
  /** Makes of an item's, or the result's, bytes what is iterated. */
  read(bytes: Uint8Array): unknown;
  /** Its reader has taken an item of so many bytes: there may be more. */
  taken(bytes: number): void;
  /** Its reader left before the end. */
  left(): void;
}

/** The items of a task and its result, as they come from its thread. */
export class TaskStream implements AsyncIterableIterator<unknown, unknown, undefined> {
  readonly #options: TaskStreamOptions;
  readonly #queue: AsyncQueue<Uint8Array, Uint8Array>;

  constructor(options: TaskStreamOptions) {
    this.#options = options;
    this.#queue = new AsyncQueue({ leave: () => options.left() });
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  end(bytes: Uint8Array): void {
    this.#queue.end(bytes);
  }

  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  async next(): Promise<IteratorResult<unknown, unknown>> {
    const step = await this.#queue.next();
    // left before its end, it has no result
    if (step.done === true && step.value === undefined) return { done: true, value: undefined };
    if (step.done !== true) this.#options.taken(step.value.length);
    return { done: step.done === true, value: this.#options.read(step.value) };
  }

  async return(): Promise<IteratorResult<unknown, unknown>> {
    await this.#queue.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
