/** As long as a timer may run, in milliseconds: about 24 days. A longer delay makes setTimeout fire at once. */
export const MAX_TIMER_MS = 0x7fff_ffff;

/** Calls back after so many milliseconds; never where that is longer than a timer can be. */
export function limit(callback: () => void, ms: number): ReturnType<typeof setTimeout> | undefined {
  return ms <= MAX_TIMER_MS ? setTimeout(callback, ms) : undefined;
}
