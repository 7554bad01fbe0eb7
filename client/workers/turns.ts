/** Lets so many be at something at once, in their order. */
export interface Turns {
  /**
   * Takes a turn, or waits for one.
   *
   * @throws what `full` makes, where too many wait; the signal's reason, where it aborts before the turn comes
   */
  take(signal: AbortSignal): Promise<void>;
  /** A turn is over. */
  leave(): void;
}

/** @param full makes what is thrown where so many wait already */
export function createTurns(concurrency: number, queue: number, full: () => unknown): Turns {
  const waiting = new Set<() => void>();
  let taken = 0;

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (taken < concurrency) {
        taken++;
        return;
      }
      if (waiting.size >= queue) throw full();
      // who leaves gives the turn to the next, so that it stays taken
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        signal.addEventListener("abort", () => {
          if (waiting.delete(resolve)) reject(signal.reason);
        });
      });
    },
    leave() {
      const [next] = waiting;
      if (next === undefined) taken--;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}
