import type { List } from "../list.ts";

/** How often it is looked whose time is over, in milliseconds. */
const LOOK_MS = 1_000;

/** Ends what has been in a list for a window, the oldest first. The clock only runs while there is something to end. */
export class Expiry<Value> {
  readonly #list: Pick<List<Value>, "first">;
  readonly #windowMs: number;
  readonly #since: (value: Value) => number;
  readonly #end: (value: Value) => void;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param list in the order of `since`
   * @param windowMs in milliseconds
   * @param since when a value came into the list, by `performance.now()`
   * @param end ends it, and takes it out of the list
   */
  constructor(
    list: Pick<List<Value>, "first">,
    windowMs: number,
    since: (value: Value) => number,
    end: (value: Value) => void,
  ) {
    this.#list = list;
    this.#windowMs = windowMs;
    this.#since = since;
    this.#end = end;
  }

  /** Something is in the list. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const before = performance.now() - this.#windowMs;
    for (let { first } = this.#list; first !== undefined; first = this.#list.first) {
      if (this.#since(first.value) > before) return;
      this.#end(first.value);
    }
    this.stop();
  }
}
