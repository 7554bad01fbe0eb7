import type { ErrorClass } from "./error-data.ts";

/** How many web workers, and how much may wait for them; all of it has a default. */
export interface CentaurusOptions {
  /**
   * Web workers at most, up to 1,024. They are started as they are needed. Below 1 counts as 1, and what is no number as 3, for that is
   * what `navigator.hardwareConcurrency - 1` may be. @default 1
   */
  readonly workers?: number | undefined;
  /**
   * Calls that may be in one web worker at a time. JavaScript runs one at a time all the same; the others have returned a
   * promise and wait for something, or wait for their turn. @default as many as there are, and 1 where `workers` is above 1
   */
  readonly concurrency?: number | undefined;
  /** How the web workers' file is loaded. @default "classic" */
  readonly type?: "classic" | "module" | undefined;
  /** How long a call may run, in milliseconds; each item and each progress begins the time anew. @default 300_000 */
  readonly timeoutMs?: number | undefined;
  /** How long what is aborted may go on, in milliseconds, before its web worker is replaced. @default 500 */
  readonly graceMs?: number | undefined;
  /** How long a web worker may take to start, in milliseconds. @default 10_000 */
  readonly startTimeoutMs?: number | undefined;
  /** How long loading scripts or a module may take, in milliseconds. @default 60_000 */
  readonly loadTimeoutMs?: number | undefined;
  /**
   * How long one of several web workers may have nothing to do, in milliseconds, before it is ended. One always stays.
   * @default 60_000
   */
  readonly idleMs?: number | undefined;
  /** Calls that may be unanswered; more reject with QueueFullError. @default 100_000 */
  readonly queueLimit?: number | undefined;
  /** Whether what can be moved of parameters and results is moved, rather than copied. @default false */
  readonly transfer?: boolean | undefined;
  /** Classes of errors that functions throw: what comes here is an instance of that of its name. @default none */
  readonly errors?: readonly ErrorClass[] | undefined;
  /** Told of errors in a web worker that belong to no call. @default nobody: the browser logs them */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** What the web workers are called in the browser's tools. @default "centaurus" */
  readonly name?: string | undefined;
}

/** Of one call: `C.sum.with({ timeoutMs: 100 })(1, 2)`. */
export interface CallOptions {
  /** Aborts the call: it rejects with the signal's reason, and the function's own signal aborts. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may run, in milliseconds. @default that of all */
  readonly timeoutMs?: number | undefined;
  /** Whether what can be moved of its parameters and its result is moved. @default that of all */
  readonly transfer?: boolean | undefined;
  /** Takes what the function says by `this.progress(value)`. */
  readonly onProgress?: ((value: unknown) => void) | undefined;
  /** How many items of a stream may be on their way to their reader. @default 16 */
  readonly window?: number | undefined;
}

/** Options that have a default. */
type Defaulted = keyof typeof DEFAULTS | "workers" | "concurrency";

/** All options, complete. */
export type CentaurusSettings = Omit<CentaurusOptions, Defaulted> & {
  readonly [Option in Defaulted]: NonNullable<CentaurusOptions[Option]>;
};

const DEFAULTS = {
  timeoutMs: 300_000,
  graceMs: 500,
  startTimeoutMs: 10_000,
  loadTimeoutMs: 60_000,
  idleMs: 60_000,
  queueLimit: 100_000,
  transfer: false,
};
const MOST_WORKERS = 1_024;
/** Where nobody knows how many cores there are. */
const SOME_WORKERS = 3;

/** Puts the defaults in, also for what is undefined. @throws RangeError where a number makes no sense */
export function centaurusSettings(options: CentaurusOptions): CentaurusSettings {
  checkNumbers(options);
  const { workers: asked = 1 } = options;
  const workers = Math.min(Math.max(1, Math.floor(Number.isNaN(+asked) ? SOME_WORKERS : asked)), MOST_WORKERS);
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  const given: Partial<CentaurusSettings> = Object.fromEntries(said);
  return { concurrency: workers > 1 ? 1 : Infinity, ...DEFAULTS, ...given, workers };
}

const NUMBERS = /(Ms|Limit|concurrency|window)$/;

/** @throws RangeError where what has to be a number above 0 is none */
export function checkNumbers(options: object): void {
  for (const [key, value] of Object.entries(options)) {
    if (NUMBERS.test(key) && value !== undefined && !(typeof value === "number" && value > 0)) {
      throw new RangeError(`${key} cannot be ${value}.`);
    }
  }
}
