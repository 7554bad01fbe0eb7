/** A small typed emitter: `on` returns the release of what it acquired. */
export class Emitter<Events extends Record<keyof Events, (...args: never[]) => void>> {
  // each call of `on` has an entry of its own: the same function may listen twice, and each release ends one of the two
  readonly #listeners = new Map<keyof Events, Set<{ readonly listener: (...args: never[]) => void }>>();

  /** Calls `listener` at every `event`; the function returned stops that. */
  on<Name extends keyof Events>(event: Name, listener: Events[Name]): () => void {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(event, listeners);
    }
    const entry = { listener };
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  /** Calls `listener` at the next `event` only. */
  once<Name extends keyof Events>(event: Name, listener: Events[Name]): () => void {
    const off = this.on(event, ((...args: Parameters<Events[Name]>) => {
      off();
      return listener(...(args as never[]));
    }) as Events[Name]);
    return off;
  }

  /** Calls the listeners of `event` in the order they came. A listener that throws does not keep the others from it. */
  emit<Name extends keyof Events>(event: Name, ...args: Parameters<Events[Name]>): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined || listeners.size === 0) return;
    let failure: { error: unknown } | undefined;
    for (const entry of [...listeners]) {
      if (!listeners.has(entry)) continue; // released by one before it
      try {
        // whatever its type says, one that is `async` returns a promise
        const result: unknown = entry.listener(...(args as never[]));
        if (result !== undefined) this.returned(event, result);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  /** Told of what a listener returned, for a subclass that looks after promises. */
  protected returned(_event: keyof Events, _result: unknown): void {}

  /** Whether anybody listens, so that an event that costs something to describe need not be. */
  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }
}
