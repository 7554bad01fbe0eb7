import type { Outcome, TaskSource } from "./order.ts";

/** A task in the pool: `done` or `crashed` is called, unless it was cancelled, and at last, in any case, `released`. */
export interface Running {
  readonly source: TaskSource;
  readonly input: Uint8Array<ArrayBuffer>;
  /** An item of its stream, in order. */
  item(bytes: Uint8Array): void;
  done(outcome: Outcome): void;
  /** Its thread is no more. */
  crashed(reason: string): void;
  /** Its thread is free again, or replaced. */
  released(): void;
}
