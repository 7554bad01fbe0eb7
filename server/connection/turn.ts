/** What gathers something to send in a turn of the event loop. */
export interface Flushable {
  flush(): void;
}

/**
 * Flushes, at the end of the current turn, everything that has gathered something in it. What a promise has to say is
 * gathered with what all promises say that settle together with it.
 */
export class Turn {
  #waiting: Flushable[] = [];

  flushLater(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flushable of waiting) flushable.flush();
  };
}
