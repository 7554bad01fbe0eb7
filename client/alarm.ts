import { limit } from "../shared/limit.ts";

/** A timer that fires so much too late, in milliseconds, tells that the page or the machine slept. */
const ASLEEP_MS = 2_000;
/** What came meanwhile then has so long to be read. */
const WAKING_MS = 1_000;

/** One moment to be called back at, which may be put off. */
export interface Alarm {
  /** Calls back after so many milliseconds; forgets what it was set to before. */
  set(ms: number, then: () => void): void;
  clear(): void;
}

/** Milliseconds since now, also those that a machine slept through, and whatever becomes of its clock. */
export function stopwatch(): () => number {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
}

/** An alarm that, where the machine slept, lets what came meanwhile be read before it calls back. */
export function createAlarm(elapsed: () => number): Alarm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let graced = false;

  function set(ms: number, then: () => void): void {
    clearTimeout(timer);
    const due = elapsed() + ms;
    timer = limit(() => {
      graced = !graced && elapsed() - due > ASLEEP_MS;
      if (graced) set(WAKING_MS, then);
      else then();
    }, ms);
  }

  return { set, clear: () => clearTimeout(timer) };
}
