/** Something whose time comes, and that remembers for which second it is noted. Begins as `{ noted: undefined }`. */
export interface Due<Value> {
  noted: Set<Value> | undefined;
}

const SECOND_MS = 1_000;

/**
 * Tells of what is due, within a second after. To note something and to take it back costs the same however many there
 * are, and whatever their times; the clock only runs while something is noted.
 */
export class DueSeconds<Value extends Due<Value>> {
  readonly #due: (value: Value) => void;
  readonly #seconds = new Map<number, Set<Value>>();
  #timer: NodeJS.Timeout | undefined;
  /** All before this one have been looked at. */
  #next = 0;

  /** @param due called once for each that was noted; it may note it again */
  constructor(due: (value: Value) => void) {
    this.#due = due;
  }

  /** @param time by `performance.now()`; one that is noted already is left where it is */
  note(value: Value, time: number): void {
    if (value.noted !== undefined) return;
    if (this.#timer === undefined) {
      this.#next = secondOf(performance.now());
      this.#timer = setInterval(() => this.#look(), SECOND_MS).unref();
    }
    const second = Math.max(secondOf(time) + 1, this.#next);
    let values = this.#seconds.get(second);
    if (values === undefined) {
      values = new Set();
      this.#seconds.set(second, values);
    }
    values.add(value);
    value.noted = values;
  }

  takeBack(value: Value): void {
    value.noted?.delete(value);
    value.noted = undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = secondOf(performance.now());
    while (this.#next <= now) {
      // first of all, so that what is noted meanwhile is looked at later
      const second = this.#next++;
      const values = this.#seconds.get(second);
      if (values === undefined) continue;
      this.#seconds.delete(second);
      for (const value of values) {
        value.noted = undefined;
        this.#due(value);
      }
    }
    if (this.#seconds.size === 0) this.stop();
  }
}

function secondOf(time: number): number {
  return Math.floor(time / SECOND_MS);
}
