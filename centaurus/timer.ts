import { limit } from "../shared/limit.ts";

/** A page that was busy when the time ran out has so long, in milliseconds, to read what came meanwhile. */
const READING_MS = 20;

/** Calls back after so many milliseconds, or never where that is longer than a timer can be. @returns what stops that */
export function startTimer(ms: number, late: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (delay: number, then: () => void) => {
    timer = limit(then, delay);
    // in Node.js it is the threads that keep the process alive while there is something to wait for
    (timer as { unref?(): void } | undefined)?.unref?.();
  };
  wait(ms, () => wait(READING_MS, late));
  return () => clearTimeout(timer);
}
