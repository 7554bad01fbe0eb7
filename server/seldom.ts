/** How often, in milliseconds: so that a log says what goes on without being full of it. */
const EVERY_MS = 10_000;

/** Does something at the first call, and at later ones only when it was not done for a while. */
export function seldom<Args extends readonly unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  let doneAt = Number.NEGATIVE_INFINITY;
  return (...args) => {
    const now = performance.now();
    if (now - doneAt < EVERY_MS) return;
    doneAt = now;
    act(...args);
  };
}
