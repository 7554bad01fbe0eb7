import type { Worker } from "node:worker_threads";

/** How long an ended thread counts as one that is there, in milliseconds. */
const COUNTS_MS = 1_000;
/** Where nothing else runs for so long, they will not end by themselves, in milliseconds. */
const STUCK_MS = 10_000;

interface Place {
  readonly since: number;
  free(): void;
}

/**
 * Threads that were ended and are not gone yet. JavaScript ends at once, but what it called, like a hash in native code,
 * ends when it ends. The place of such a thread is free when it is gone, or after a moment where there are no more of
 * them than there should be threads at all.
 */
export class EndingThreads {
  readonly #most: number;
  readonly #stuck: () => void;
  readonly #threads = new Set<Worker>();
  readonly #places = new Set<Place>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param most how many may be there without their places being held back: as many as there should be threads
   * @param stuck called when as many places have been held back for long; all are free after that
   */
  constructor(most: number, stuck: () => void) {
    this.#most = most;
    this.#stuck = stuck;
  }

  /** @param free called once, when another thread may take this one's place */
  add(thread: Worker, free: () => void): void {
    const place: Place = { since: performance.now(), free };
    this.#threads.add(thread);
    this.#places.add(place);
    thread.once("exit", () => {
      this.#threads.delete(thread);
      this.#release(place);
      this.#look();
    });
    this.#timer ??= setInterval(() => this.#look(), COUNTS_MS / 4);
  }

  /** Frees no places any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#places.clear();
  }

  #look(): void {
    const now = performance.now();
    for (const place of this.#places) {
      // those that are not gone and have no place any more have a successor each
      if (this.#threads.size - this.#places.size >= this.#most || now - place.since < COUNTS_MS) break;
      this.#release(place);
    }
    if (this.#places.size >= this.#most && [...this.#places].every(({ since }) => now - since > STUCK_MS)) {
      this.#stuck();
      for (const place of this.#places) this.#release(place);
    }
    if (this.#places.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #release(place: Place): void {
    if (this.#places.delete(place)) place.free();
  }
}
