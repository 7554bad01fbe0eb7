import { MAX_TIMER_MS } from "../../shared/limit.ts";

/** What a channel keeps of its publications. */
export interface HistoryOptions {
  /** How many at most; from 1 to 1,000,000. @default 100 */
  readonly size?: number;
  /** For how many milliseconds each. @default 300_000 */
  readonly ttlMs?: number;
  /**
   * What subscribers want: `all`, each publication once, also after a lost connection; or `latest`, only the newest one,
   * which everybody gets who subscribes: for snapshots. With `latest` one is kept.
   * @default "all"
   */
  readonly mode?: "all" | "latest";
}

/** The same, complete. */
export interface HistoryRule {
  readonly size: number;
  readonly ttlMs: number;
  readonly latest: boolean;
}

const DEFAULTS = { size: 100, ttlMs: 300_000 };
const MOST = 1_000_000;

/** @throws RangeError where an option makes no sense */
export function historyRule(options: boolean | HistoryOptions | undefined): HistoryRule | undefined {
  if (options === undefined || options === false) return undefined;
  const { size = DEFAULTS.size, ttlMs = DEFAULTS.ttlMs, mode = "all" } = options === true ? {} : options;
  if (!Number.isInteger(size) || size < 1 || size > MOST) throw new RangeError(`size must be from 1 to ${MOST}.`);
  if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TIMER_MS)
    throw new RangeError(`ttlMs must be from 1 to ${MAX_TIMER_MS}.`);
  if (mode !== "all" && mode !== "latest") throw new RangeError('mode must be "all" or "latest".');
  const latest = mode === "latest";
  return { size: latest ? 1 : size, ttlMs, latest };
}
