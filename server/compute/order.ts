/** One task, as the compute host hands it to a thread. */
export interface Order {
  /** From 1; unique among the orders of a host. */
  readonly id: number;
  /** Where on the {@link SignalBoard} to look. */
  readonly slot: number;
  readonly source: TaskSource;
  /** MessagePack; nothing where the input is undefined. The thread's own from now on. */
  readonly input: Uint8Array;
}

/** Where a task's function is. */
export interface TaskSource {
  readonly url: string;
  /** Its name there; undefined for the default export, or else the only function. */
  readonly export?: string | undefined;
}

/** What a thread says at the end of an order. */
export interface Outcome {
  /** Whether `bytes` is the result; a {@link Failure} otherwise. */
  readonly done: boolean;
  readonly bytes: Uint8Array;
  /** How many items were sent before: they take another way, and may come later than this. */
  readonly items: number;
}

/** An item of an order's stream. */
export interface Item {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** What a thread is about to load, by its place among the sources: should that end the thread, it is known what did. */
export interface Loading {
  readonly loading: number;
}

/** A task that is there from the start. */
export interface KnownSource extends TaskSource {
  /** Its procedure. */
  readonly name: string;
}

/** What all threads of a host are told at birth. */
export interface ThreadBirth {
  readonly board: Int32Array;
  /** What to load before the first order comes. */
  readonly sources: readonly KnownSource[];
}

/** What a thread says of itself when it is warm. */
export interface WarmUp {
  /** The priority the system gives it: higher is less. */
  readonly priority: number;
  /** Tasks that cannot be loaded, and why. */
  readonly problems: readonly string[];
}
