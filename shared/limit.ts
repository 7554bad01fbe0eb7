/** A longer delay makes setTimeout fire at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** Calls back after so many milliseconds; never where that is longer than a timer can be. */
export function limit(callback: () => void, ms: number): ReturnType<typeof setTimeout> | undefined {
  return ms <= MAX_TIMER_MS ? setTimeout(callback, ms) : undefined;
}
