// who compiles with this may not have chosen this part of the library
/// <reference lib="esnext.disposable" preserve="true" />
interface Node<Item> {
  readonly item: Item;
  next?: Node<Item>;
}

interface Reader<Item, Last> {
  readonly resolve: (result: IteratorResult<Item, Last>) => void;
  readonly reject: (error: unknown) => void;
}

export interface AsyncQueueOptions {
  /** Called at the first `next()`. */
  readonly start?: () => void;
  /** Called when the reader has taken an item that was waiting for it. */
  readonly taken?: () => void;
  /** Called once where the reader leaves before the end, which `break` does. */
  readonly leave: () => void;
}

/**
 * Turns what is pushed into what is iterated. Unlike a generator function's, its `return()` does not wait for a
 * `next()` that is pending.
 */
export class AsyncQueue<Item, Last = undefined> implements AsyncGenerator<Item, Last, undefined> {
  readonly #leave: () => void;
  readonly #taken: (() => void) | undefined;
  #start: (() => void) | undefined;
  #head: Node<Item> | undefined;
  #tail: Node<Item> | undefined;
  #size = 0;
  #ended = false;
  /** Told to one reader; those after it are told that it is over. */
  #end: ((reader: Reader<Item, Last>) => void) | undefined;
  #readers: Reader<Item, Last>[] = [];

  constructor({ start, taken, leave }: AsyncQueueOptions) {
    this.#start = start;
    this.#taken = taken;
    this.#leave = leave;
  }

  /** Items that wait for a reader. */
  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: item });
      return;
    }
    const node: Node<Item> = { item };
    if (this.#tail === undefined) this.#head = node;
    else this.#tail.next = node;
    this.#tail = node;
    this.#size++;
  }

  /** Takes the oldest item out. */
  shift(): Item | undefined {
    const node = this.#head;
    if (node === undefined) return undefined;
    this.#head = node.next;
    if (node.next === undefined) this.#tail = undefined;
    this.#size--;
    return node.item;
  }

  /** No more items; `last` is the iteration's return value. */
  end(last: Last): void {
    this.#finish((reader) => reader.resolve({ done: true, value: last }));
  }

  /** No more items; the iteration throws after those that wait. */
  fail(error: unknown): void {
    this.#finish((reader) => reader.reject(error));
  }

  next(): Promise<IteratorResult<Item, Last>> {
    const start = this.#start;
    this.#start = undefined;
    start?.();
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      if (this.#size > 0) {
        resolve({ done: false, value: this.shift() as Item });
        this.#taken?.();
      } else if (this.#ended) this.#tellEnd(reader);
      else this.#readers.push(reader);
    });
  }

  async return(last?: Last | PromiseLike<Last>): Promise<IteratorResult<Item, Last>> {
    this.#quit();
    return { done: true, value: (await last) as Last };
  }

  async throw(error: unknown): Promise<IteratorResult<Item, Last>> {
    this.#quit();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#quit();
  }

  #quit(): void {
    this.#start = undefined;
    this.#head = this.#tail = undefined;
    this.#size = 0;
    if (!this.#ended) {
      this.end(undefined as Last);
      this.#leave();
    }
    this.#end = undefined;
  }

  #finish(end: (reader: Reader<Item, Last>) => void): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#end = end;
    for (const reader of this.#readers) this.#tellEnd(reader);
    this.#readers = [];
  }

  #tellEnd(reader: Reader<Item, Last>): void {
    const end = this.#end;
    this.#end = undefined;
    if (end === undefined) reader.resolve({ done: true, value: undefined as Last });
    else end(reader);
  }
}
