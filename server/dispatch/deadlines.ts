/** Something that has a limited time. */
export interface Timed {
  /** When its time is over, by `performance.now()`. */
  deadline: number;
  expired(): void;
}

/** How exact deadlines are, in milliseconds. */
const TICK_MS = 20;

/**
 * The deadlines of all calls in flight, looked through every {@link TICK_MS}: a Set's add and delete per call cost a
 * fraction of a timer's start and stop. The clock only runs while there is something to watch.
 */
export class Deadlines {
  readonly #watched = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;

  add(timed: Timed): void {
    this.#watched.add(timed);
    this.#timer ??= setInterval(() => this.#look(), TICK_MS);
  }

  delete(timed: Timed): void {
    this.#watched.delete(timed);
  }

  get size(): number {
    return this.#watched.size;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #look(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const timed of this.#watched) {
      if (timed.deadline > now) continue;
      this.#watched.delete(timed);
      timed.expired();
    }
  }
}
