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
/** A round that is in a hurry: how often there is a step, in milliseconds, how many it takes, and what each may visit in any case. */
const HURRY_MS = 100;
const HURRY_STEPS = 50;
const FEW = 1_000;

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

  /** Begins a round now that takes no longer than it must: a few seconds, however many there are. */
  hurry(): void {
    const { size, values } = this.#options;
    const step = (): void => this.#step(Math.max(FEW, Math.ceil(size() / HURRY_STEPS)));
    this.#round = values();
    this.#hurry ??= setInterval(step, HURRY_MS).unref();
    step();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearInterval(this.#hurry);
  }

  #step(most: number): void {
    const { values, visit } = this.#options;
    this.#round ??= values();
    for (let left = most; left > 0; left--) {
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
