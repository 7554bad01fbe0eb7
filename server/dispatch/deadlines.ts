/** Something that has a limited time. */
export interface Timed {
  /** When its time is over, by `performance.now()`. */
  deadline: number;
  expired(): void;
}

/** How exact deadlines are, in milliseconds. */
const TICK_MS = 20;
/** So many are looked at in one tick. Where there are more, which are calls of clients that wait, it takes several. */
const MOST_IN_TICK = 20_000;

/**
 * The deadlines of all calls in flight, looked through every {@link TICK_MS}: a Set's add and delete per call cost a
 * fraction of a timer's start and stop. The clock only runs while there is something to watch.
 */
export class Deadlines {
  readonly #watched = new Set<Timed>();
  /** How far the ticks have come. */
  #walk: Iterator<Timed> | undefined;
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
    this.#walk = undefined;
  }

  #look(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = this.#walk = undefined;
      return;
    }
    const now = performance.now();
    // a Set is walked in its order, and what is added meanwhile comes last
    this.#walk ??= this.#watched.values();
    for (let count = 0; count < MOST_IN_TICK; count++) {
      const { value: timed, done } = this.#walk.next();
      if (done === true) {
        this.#walk = undefined;
        return;
      }
      if (timed.deadline > now) continue;
      this.#watched.delete(timed);
      timed.expired();
    }
  }
}
