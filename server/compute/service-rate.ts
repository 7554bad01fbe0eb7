/**
 * How much the latest run counts in the mean. A tenth: one that is far out moves the estimate little, and yet half of it
 * is what the last seven told, so that it follows when the work becomes another.
 */
const WEIGHT = 0.1;
/** What is said while nothing has been observed, in milliseconds. */
const UNKNOWN_MS = 1_000;
/** Shorter is not worth waiting: the answer's way there and back takes about as long. In milliseconds. */
const SHORTEST_MS = 100;
/** Longer is a guess about too far a future. In milliseconds. */
const LONGEST_MS = 60_000;

/** How fast tasks are served, as far as can be told from those that ran: so that who is refused learns when to come back. */
export class ServiceRate {
  readonly #servers: number;
  #meanMs: number | undefined;

  /** @param servers how many tasks run at once, at least 1 */
  constructor(servers: number) {
    this.#servers = servers;
  }

  /** @param ms what a task took to run, its waiting not counted, in milliseconds */
  ran(ms: number): void {
    this.#meanMs = this.#meanMs === undefined ? ms : this.#meanMs + WEIGHT * (ms - this.#meanMs);
  }

  /** Whole milliseconds, from 100 to 60,000, until about `ahead` tasks will have been served. */
  waitMs(ahead: number): number {
    if (this.#meanMs === undefined) return UNKNOWN_MS;
    const wait = Math.ceil((this.#meanMs * ahead) / this.#servers);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait));
  }
}
