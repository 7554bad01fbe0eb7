import { setMaxListeners } from "node:events";

/** All that runs on compute threads on behalf of one call, and no longer than that. */
export class TaskScope {
  /** How many of its tasks wait or run. */
  running = 0;
  readonly #abort = new AbortController();

  constructor() {
    setMaxListeners(0, this.#abort.signal); // a call may run any number of tasks at once
  }

  /** Aborts when the call is over, whatever way. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(reason: unknown): void {
    this.#abort.abort(reason);
  }
}
