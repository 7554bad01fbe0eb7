/**
 * Who waits for a signal, beside the one listener that the signal has. Not state of this module's own: an entry belongs
 * to its caller's signal, and is gone when nobody waits for it any more.
 */
const WAITING = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when `signal` aborts; the function returned stops that. However many wait for one signal, it has one
 * listener: Node warns of a leak from the eleventh on, and a signal shared by all calls of a page is none.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let waiting = WAITING.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    WAITING.set(signal, waiting);
    signal.addEventListener("abort", aborted);
  }
  const all = waiting;
  // an entry of its own: the same function may wait twice
  const entry = () => listener();
  all.add(entry);
  return () => {
    if (all.delete(entry) && all.size === 0) forget(signal);
  };
}

function aborted(event: Event): void {
  const signal = event.currentTarget as AbortSignal;
  const waiting = WAITING.get(signal) ?? [];
  forget(signal);
  // a Set gives nothing that was deleted while it is gone through: who was released by one before is not called
  for (const entry of waiting) entry();
}

function forget(signal: AbortSignal): void {
  WAITING.delete(signal);
  signal.removeEventListener("abort", aborted);
}
