/** What a tail has to tell whoever it comes from. */
export interface TailHooks {
  /** So many bytes were taken, and there is room for as many more. */
  taken(bytes: number): void;
  /** Nobody reads it any more. */
  left(): void;
}

/**
 * Lines of a tail on their way to who reads them, to be read once. An iterator of its own and no generator: one that waits
 * for lines has to end at once where its reader goes.
 */
export class Tail implements AsyncIterableIterator<string> {
  readonly #hooks: TailHooks;
  readonly #texts: string[] = [];
  #wake: ((result: IteratorResult<string, undefined>) => void) | undefined;
  #over = false;

  constructor(hooks: TailHooks) {
    this.#hooks = hooks;
  }

  /** Lines came. */
  add(text: string): void {
    if (this.#over) return;
    this.#texts.push(text);
    this.#pass();
  }

  /** No more come. @param text the last ones */
  end(text: string): void {
    this.add(text);
    this.#over = true;
    this.#pass();
  }

  next(): Promise<IteratorResult<string, undefined>> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#pass();
    });
  }

  /** Its reader goes. */
  return(): Promise<IteratorResult<string, undefined>> {
    this.#over = true;
    this.#texts.length = 0;
    this.#pass();
    this.#hooks.left();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #pass(): void {
    const wake = this.#wake;
    if (wake === undefined) return;
    const value = this.#texts.shift();
    if (value === undefined && !this.#over) return;
    this.#wake = undefined;
    if (value === undefined) {
      wake({ done: true, value });
      return;
    }
    this.#hooks.taken(Buffer.byteLength(value));
    wake({ done: false, value });
  }
}
