/** What rounds go through. */
export interface RoundsOptions<Value> {
  /** How many there are, about. */
  size(): number;
  values(): Iterator<Value>;
  visit(value: Value): void;
  /** Steps that a round takes. */
  readonly steps: number;
  /** How often there is a step, in milliseconds. @default 1_000 */
  readonly stepMs?: number | undefined;
}

const STEP_MS = 1_000;
/** What a round that is in a hurry visits at a step, and how often there is one, in milliseconds. */
const MOST = 1_000;
const HURRY_MS = 100;

/**
 * Goes through many values again and again, some at each step, so that nothing else has to wait for it. A value that comes
 * meanwhile may be visited in the same round, one that goes is not any more: so it is with the iterators of Maps and Sets.
 */
export class Rounds<Value> {
  readonly #options: RoundsOptions<Value>;
  readonly #timer: NodeJS.Timeout;
  #round: Iterator<Value> | undefined;
  /** Set while it hurries. */
  #hurry: NodeJS.Timeout | undefined;

  constructor(options: RoundsOptions<Value>) {
    this.#options = options;
    const step = (): void => {
      if (this.#hurry === undefined) this.#step(Math.ceil(options.size() / options.steps));
    };
    this.#timer = setInterval(step, options.stepMs ?? STEP_MS).unref();
  }

  /** Begins a round now that takes no longer than it must. */
  hurry(): void {
    this.#round = this.#options.values();
    this.#hurry ??= setInterval(() => this.#step(MOST), HURRY_MS).unref();
    this.#step(MOST);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#hurry);
  }

  #step(most: number): void {
    const { values, visit } = this.#options;
    this.#round ??= values();
    for (let left = Math.min(most, MOST); left > 0; left--) {
      const { done, value } = this.#round.next();
      if (done === true) {
        this.#round = undefined;
        clearInterval(this.#hurry);
        this.#hurry = undefined;
        return;
      }
      visit(value);
    }
  }
}
