import type { AppError } from "../../shared/errors.ts";
import { isLarger } from "./is-larger.ts";
import type { ShareOptions } from "./share-options.ts";
import { createSpentTime } from "./spent-time.ts";
import { createTurns } from "./turns.ts";
import { poolFunction, type WorkerPool } from "./worker-pool.ts";

/** When to try again where too many wait, and where nobody sees the page, in milliseconds. */
const FULL_RETRY_MS = 1_000;
const HIDDEN_RETRY_MS = 10_000;
/** How long what is given up may go on in its web worker, in milliseconds: a Centaurus replaces that by then. */
const GRACE_MS = 500;

/** What the client's own module has, so that this one need not have it again. */
export interface ShareParts {
  readonly AppError: typeof AppError;
  isHidden(): boolean;
}

/** Functions of a pool, within limits. */
export interface Share {
  /** Runs one for the server, as a procedure. Gives its items, and returns what it returns. */
  run(name: string, input: unknown, signal: AbortSignal): AsyncGenerator<unknown, unknown, undefined>;
  /** Begins nothing more, and ends what runs. */
  end(): void;
}

export function createShare(pool: WorkerPool, options: ShareOptions, { AppError, isHidden }: ShareParts): Share {
  const { concurrency = 1, queue = 16, timeoutMs = 10_000, inputBytes = 1_048_576 } = options;
  const { busy = 0.5, whileHidden = false } = options;
  const turns = createTurns(concurrency, queue, () => overloaded("Too many calls wait.", FULL_RETRY_MS));
  const spent = createSpentTime(busy);
  const running = new Set<AbortController>();
  let over = false;

  function overloaded(text: string, retryAfterMs: number): AppError {
    return new AppError("OVERLOADED", text, { retryAfterMs });
  }

  const ended = () => new AppError("UNAVAILABLE", "This is not shared any more.");

  /** @throws AppError where nothing may begin now */
  function check(): void {
    if (over) throw ended();
    if (!whileHidden && isHidden()) throw overloaded("Nobody sees the page.", HIDDEN_RETRY_MS);
    const waitMs = spent.waitMs();
    if (waitMs > 0) throw overloaded("The time for shared work is spent.", waitMs);
  }

  /** What the server is to hear of it. */
  function translated(error: unknown): unknown {
    if (error instanceof AppError) return error;
    const { name, code, message, details } = (error ?? {}) as Partial<AppError>;
    // a web worker may have thrown one, of a class that is not known here
    if (name === "AppError" && typeof code === "string") return new AppError(code, message, details);
    if (name === "CallTimeoutError") return new AppError("TIMEOUT", `It took longer than ${timeoutMs} ms.`);
    return name === "QueueFullError" ? overloaded("Too many calls wait.", FULL_RETRY_MS) : error;
  }

  async function* run(name: string, input: unknown, signal: AbortSignal): AsyncGenerator<unknown, unknown, undefined> {
    check();
    if (isLarger(input, inputBytes)) throw new AppError("TOO_LARGE", `The input is larger than ${inputBytes} bytes.`);
    const controller = new AbortController();
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
    running.add(controller);
    try {
      await turns.take(controller.signal);
      return yield* work(name, input, controller.signal);
    } finally {
      running.delete(controller);
    }
  }
  return {
    run,
    end() {
      over = true;
      for (const controller of running) controller.abort(ended());
    },
  };

  /** Has had its turn, which it gives back. */
  async function* work(name: string, input: unknown, signal: AbortSignal): AsyncGenerator<unknown, unknown, undefined> {
    let stop = () => {};
    let graceMs = 0;
    let leave: (() => Promise<unknown>) | undefined;
    try {
      // a while may have passed
      check();
      const stream = poolFunction(pool, name).with({ signal, timeoutMs }).stream(input);
      leave = () => stream.return(undefined);
      for (;;) {
        stop = spent.start();
        const step = await stream.next();
        // what its reader takes is not its time
        stop();
        if (step.done === true) {
          leave = undefined;
          return step.value;
        }
        yield step.value;
      }
    } catch (thrown) {
      leave = undefined;
      const error = translated(thrown);
      if (signal.aborted || (error instanceof AppError && error.code === "TIMEOUT")) graceMs = GRACE_MS;
      throw error;
    } finally {
      if (leave !== undefined) {
        graceMs = GRACE_MS;
        await leave();
      }
      const free = () => {
        stop();
        turns.leave();
      };
      if (graceMs > 0) setTimeout(free, graceMs);
      else free();
    }
  }
}
