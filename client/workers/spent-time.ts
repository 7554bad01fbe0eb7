/** The time that is looked at, in milliseconds, and the pieces it is counted in. */
const WINDOW_MS = 10_000;
const SLICE_MS = 100;
/** The pieces of a window, and the one that has just begun. */
const SLICES = WINDOW_MS / SLICE_MS + 1;

/** How much of the last ten seconds something took. */
export interface SpentTime {
  /** Something begins; the function returned says that it is over. What runs at the same time is added up. */
  start(): () => void;
  /** How long to wait until less than the share is spent, in milliseconds: 0 where it is already. */
  waitMs(): number;
}

/** @param share of each ten seconds that may be spent; above 1 where several things may run at the same time */
export function createSpentTime(share: number): SpentTime {
  const slices = new Float64Array(SLICES);
  let running = 0;
  let last = performance.now();

  const sliceOf = (time: number) => Math.floor(time / SLICE_MS);

  /** Counts what has run since the last time. */
  function count(): void {
    const now = performance.now();
    if (now - last > WINDOW_MS) {
      slices.fill(0);
      last = now - WINDOW_MS;
    }
    while (last < now) {
      const slice = sliceOf(last);
      const end = (slice + 1) * SLICE_MS;
      const until = Math.min(now, end);
      slices[slice % SLICES] = (slices[slice % SLICES] as number) + running * (until - last);
      last = until;
      if (until === end) slices[(slice + 1) % SLICES] = 0;
    }
  }

  return {
    start() {
      count();
      running++;
      let over = false;
      return () => {
        if (over) return;
        over = true;
        count();
        running--;
      };
    },
    waitMs() {
      count();
      const oldest = sliceOf(last) + 1 - SLICES;
      let left = slices.reduce((sum, one) => sum + one, 0);
      for (let slice = oldest; left >= share * WINDOW_MS; slice++) {
        left -= slices[(slice + SLICES) % SLICES] as number;
        if (left < share * WINDOW_MS) return Math.ceil((slice + SLICES) * SLICE_MS - last);
      }
      return 0;
    },
  };
}
