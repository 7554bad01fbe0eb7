import type { AppError } from "../../shared/errors.ts";
import type { TaskCall } from "./task-call.ts";

/** The calls that wait for the compute host, by reference, and the inputs that are kept for them. */
export class TaskCalls {
  readonly #calls = new Map<number, TaskCall>();
  #keptBytes = 0;
  #lastReference = 0;

  get size(): number {
    return this.#calls.size;
  }

  /** Bytes of the inputs that are kept. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  [Symbol.iterator](): IterableIterator<TaskCall> {
    return this.#calls.values();
  }

  /** A reference that no call has. */
  newReference(): number {
    do this.#lastReference = (this.#lastReference + 1) % 0x1_0000_0000;
    while (this.#calls.has(this.#lastReference));
    return this.#lastReference;
  }

  add(call: TaskCall): void {
    this.#calls.set(call.reference, call);
  }

  get(reference: number): TaskCall | undefined {
    return this.#calls.get(reference);
  }

  /** Nothing more is expected for this call. @returns false where that was so before */
  take(call: TaskCall): boolean {
    this.forgetInput(call);
    return this.#calls.delete(call.reference);
  }

  /** Keeps a copy of a call's input, to be sent later, or again. */
  keepInput(call: TaskCall, input: Uint8Array): void {
    call.input = Uint8Array.prototype.slice.call(input);
    this.#keptBytes += input.length;
  }

  forgetInput(call: TaskCall): void {
    this.#keptBytes -= call.input?.length ?? 0;
    call.input = undefined;
  }

  /** Ends those that `which` picks. */
  fail(which: (call: TaskCall) => boolean, error: AppError): void {
    for (const call of [...this.#calls.values()]) {
      if (!which(call)) continue;
      this.take(call);
      call.fail(error);
    }
  }
}
