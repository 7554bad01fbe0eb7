export interface FeedOptions {
  /** Looks, and publishes what it sees. */
  tick(): Promise<void>;
  /** Nobody watches any more. */
  rested(): void;
  /** Told of what a tick threw. */
  failed(error: unknown): void;
  /** Milliseconds from one tick to the next. @default a second */
  readonly everyMs?: number;
}

const EVERY_MS = 1_000;

/** Ticks while somebody watches, and does nothing at all while nobody does. Ticks that take long do not pile up. */
export class Feed {
  readonly #options: FeedOptions;
  #timer: NodeJS.Timeout | undefined;
  #ticking = false;
  #watched = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  watch(watched: boolean): void {
    if (this.#watched === watched) return;
    this.#watched = watched;
    if (watched) {
      if (!this.#ticking) void this.#tick();
      return;
    }
    clearTimeout(this.#timer);
    this.#options.rested();
  }

  async #tick(): Promise<void> {
    const { tick, failed, everyMs = EVERY_MS } = this.#options;
    const begun = performance.now();
    this.#ticking = true;
    await tick().catch(failed);
    this.#ticking = false;
    if (!this.#watched) return;
    const waitMs = Math.max(0, everyMs - (performance.now() - begun));
    this.#timer = setTimeout(() => void this.#tick(), waitMs);
  }
}
