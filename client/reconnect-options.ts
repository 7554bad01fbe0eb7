import { BACKOFF } from "./backoff.ts";

/** How a client comes back after its connection was lost, or could not be made. */
export interface ReconnectOptions {
  /** The least wait before a new attempt, and where the random part of it begins to double, in milliseconds. @default 500 */
  readonly minDelayMs?: number;
  /** The most that chance adds to the least wait, in milliseconds. @default 20_000, or minDelayMs where that is more */
  readonly maxDelayMs?: number;
  /** How long a connection must have been open for the next loss to begin with short waits again, in milliseconds. @default 5_000 */
  readonly stableMs?: number;
  /** How many attempts in a row may fail before the client is closed for good; 0 never comes back. @default Infinity */
  readonly attempts?: number;
  /** Whether a page that nobody sees dials too. An open connection is kept either way. @default false */
  readonly whileHidden?: boolean;
}

const STABLE_MS = 5_000;
/** More than a day between two attempts is a mistake, and setTimeout cannot wait for more than 25 of them. */
const LONGEST_MS = 86_400_000;

/** Puts the defaults in. @throws RangeError where a number is none, negative, or contradicts another */
export function reconnectOptions(options: ReconnectOptions = {}): Required<ReconnectOptions> {
  const {
    minDelayMs = BACKOFF.minDelayMs,
    maxDelayMs = Math.max(BACKOFF.maxDelayMs, minDelayMs),
    stableMs = STABLE_MS,
    attempts = Number.POSITIVE_INFINITY,
    whileHidden = false,
  } = options;
  // without any wait, a server that is down would be dialled as fast as the machine can
  check("minDelayMs", minDelayMs, minDelayMs >= 1 && minDelayMs <= LONGEST_MS);
  check("maxDelayMs", maxDelayMs, maxDelayMs >= minDelayMs && maxDelayMs <= LONGEST_MS);
  check("stableMs", stableMs, stableMs >= 0);
  check("attempts", attempts, attempts >= 0);
  return { minDelayMs, maxDelayMs, stableMs, attempts, whileHidden };
}

function check(name: string, value: number, good: boolean): void {
  if (!good) throw new RangeError(`reconnect.${name} cannot be ${value}.`);
}
