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
  /** How many are visited in a step of a round that is in a hurry. @default 2_000 */
  readonly most?: number | undefined;
}

const STEP_MS = 1_000;
const MOST = 2_000;

/**
 * Goes through many values again and again, some at each step, so that nothing else has to wait for it. A value that comes
 * meanwhile may be visited in the same round, one that goes is not any more: so it is with the iterators of Maps and Sets.
 */
export class Rounds<Value> {
  readonly #options: RoundsOptions<Value>;
  readonly #timer: NodeJS.Timeout;
  readonly #most: number;
  #round: Iterator<Value> | undefined;
  #hurries = false;

  constructor(options: RoundsOptions<Value>) {
    this.#options = options;
    this.#most = options.most ?? MOST;
    this.#timer = setInterval(() => this.#step(), options.stepMs ?? STEP_MS).unref();
  }

  /** Begins a round now that takes no longer than it must. */
  hurry(): void {
    this.#hurries = true;
    this.#round = this.#options.values();
    this.#step();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #step(): void {
    const { size, values, visit, steps } = this.#options;
    this.#round ??= values();
    const share = Math.ceil(size() / steps);
    for (let left = this.#hurries ? this.#most : share; left > 0; left--) {
      const { done, value } = this.#round.next();
      if (done === true) {
        this.#round = undefined;
        this.#hurries = false;
        return;
      }
      visit(value);
    }
  }
}
