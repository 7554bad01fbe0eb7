import type { Connection } from "../connection/connection.ts";

/** Pages that are asked for at once, for one connection. */
const MOST_ASKED = 4;

/** Asks for a page. @param over to be called once it has been sent, or will not come */
type Ask = (over: () => void) => void;

/**
 * Has what a connection missed in all of its channels come a few pages at a time, and no faster than it reads. Together
 * they are more than may wait for it: sent at once, they would have it closed, each time it comes back.
 */
export class CatchUpTurns {
  /** How many of its subscriptions are yet to be told where they start. */
  questions = 0;
  readonly #connection: Connection;
  readonly #mark: number;
  readonly #waiting: Ask[] = [];
  #asked = 0;
  #draining = false;

  /** @param mark bytes that may wait for the connection when more is asked for */
  constructor(connection: Connection, mark: number) {
    this.#connection = connection;
    this.#mark = mark;
  }

  /** Whether there is room for a page now, and nobody waits for it. */
  get free(): boolean {
    return this.#waiting.length === 0 && this.#connection.unsent <= this.#mark;
  }

  /** Asks for a page when it is its turn. */
  take(ask: Ask): void {
    this.#waiting.push(ask);
    this.#next();
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#asked < MOST_ASKED && !this.#draining) {
      if (this.#connection.unsent > this.#mark) {
        this.#draining = true;
        void this.#connection.drain().then(() => {
          this.#draining = false;
          this.#next();
        });
        return;
      }
      this.#asked++;
      this.#waiting.shift()?.(() => {
        this.#asked--;
        this.#next();
      });
    }
  }
}
