import type { Call } from "./call.ts";
import type { ErrorClasses } from "./error-data.ts";
import type { SetUpStep } from "./message.ts";
import type { SpawnWorker } from "./worker-link.ts";

export interface WebWorkerOptions {
  readonly spawn: SpawnWorker;
  /** Calls that may be in there at a time. */
  readonly concurrency: number;
  readonly graceMs: number;
  readonly startTimeoutMs: number;
  readonly loadTimeoutMs: number;
  readonly classes: ErrorClasses;
  /** Takes errors that belong to no call. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a web worker tells its pool. */
export interface WebWorkerHost {
  /** It may take calls, or another one. */
  free(): void;
  /** It takes no more calls, and ends when nobody waits for those in it. */
  retires(worker: WebWorker): void;
  /** It is no more. @param unbegun calls that can be posted elsewhere @param failure where it never was of use, why */
  ended(worker: WebWorker, unbegun: readonly Call[], failure: Error | undefined): void;
}

/** What is to be done before calls. */
export interface SetUp {
  readonly step: SetUpStep;
  /** It was tried. */
  done(worker: WebWorker, error: unknown): void;
  /** The web worker has ended before. @param again whether another one may do better */
  lost(worker: WebWorker, error: Error, again: boolean): void;
}

/** One web worker, as its page sees it. */
export interface WebWorker {
  /** How many calls are in there. */
  readonly load: number;
  /** When the last one has ended, by `performance.now()`. */
  idleSince: number;
  /** Whether it has started, and has done all that is to be done before calls. */
  settled(): boolean;
  /** Whether it takes a call now. */
  free(): boolean;
  setUp(setUp: SetUp): void;
  post(call: Call): void;
  /** Nobody waits for a call in there any more. */
  cancel(call: Call, reason: unknown): void;
  /** A stream may send so many more items. */
  more(call: Call, count: number): void;
  /** Takes no more calls, and ends when nobody waits for those in there. */
  retire(): void;
  /** Ends it now. Calls that have begun reject with `error`. @param useless whether it never was of use */
  end(error: Error, useless?: boolean): void;
}
