/**
 * What task files may import: nothing here that a thread need not have.
 *
 * @module fugitive/task
 */
export { AppError } from "../../shared/errors.ts";

/**
 * What a task gets besides its input.
 *
 * @typeParam Item what `progress` takes; a task that says nothing of it cannot call `progress`
 */
export interface TaskContext<Item = never> {
  /**
   * Aborts when nobody waits for the result any more: the caller cancelled or left, or its time ran out. A task that
   * goes on has `computeGraceMs` left before its thread is ended. A loop that never waits may ask `signal.aborted` or
   * call `signal.throwIfAborted()`: both know at once.
   */
  readonly signal: AbortSignal;
  /**
   * Sends an item to the caller, as a generator's `yield` does. Blocks while the caller has much left to read, so that
   * no thread runs ahead of it without limit. Throws the signal's reason where nobody waits any more; does nothing once the task
   * is over.
   */
  readonly progress: (item: Item) => void;
}

/**
 * A function that a task file exports. May be async, or a generator function: what it yields reaches the caller as
 * items of a stream. Input and result travel as MessagePack: plain data, binary as Uint8Array.
 */
export type Task = (input: never, context: TaskContext<unknown>) => unknown;
