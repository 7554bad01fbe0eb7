import { isRefusal } from "../shared/codes.ts";
import { AppError } from "../shared/errors.ts";
import { limit } from "../shared/limit.ts";
import { MAX_NAME_LENGTH, type MessageId } from "../shared/message.ts";
import { onAbort } from "../shared/on-abort.ts";
import { backoff, retryAfter } from "./backoff.ts";
import type { CallOutcome } from "./events.ts";
import type { CallOptions } from "./options.ts";
import type { Requests } from "./requests.ts";

/** What a call needs of its client. */
export interface CallHost {
  readonly requests: Requests;
  /** Of a call that says nothing of its own. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** A key that nobody else has. */
  nextKey(): string;
  /** The session there is, or was, as far as the server has told. */
  session(): string | undefined;
  /** An attempt was answered, or was not. */
  attempted(timedOut: boolean): void;
  ended(outcome: CallOutcome): void;
}

export interface CallEnds {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A timer that fires so much too late, in milliseconds, tells that the page or the machine slept. */
const ASLEEP_MS = 2_000;
/** What came meanwhile then has so long to be read. */
const WAKING_MS = 1_000;
/** Who is asked to wait so long waits up to this part of it longer, so that not all come back in the same moment. */
const JITTER = 0.5;

/**
 * Makes a call, in as many attempts as it takes and may take. What makes that safe is its key: the server runs the
 * first call of a key in a session, and gives its answer to all others. In another session it knows nothing of the key,
 * so that a call that may have run is not sent again there.
 *
 * @throws RangeError where an option makes no sense; the signal's reason
 */
export function startCall(host: CallHost, procedure: string, input: unknown, options: CallOptions, ends: CallEnds) {
  const { requests } = host;
  const { timeoutMs = host.timeoutMs, attempts = host.attempts, idempotent = false, signal } = options;
  check("timeoutMs", timeoutMs > 0);
  check("attempts", Number.isSafeInteger(attempts) && attempts > 0);
  const key = options.key ?? (attempts > 1 && !idempotent ? host.nextKey() : undefined);
  check("key", key === undefined || (key.length > 0 && key.length <= MAX_NAME_LENGTH));
  signal?.throwIfAborted();
  const mayRepeat = attempts > 1 && (idempotent || key !== undefined);
  const limitMs = timeoutMs * attempts;
  // the server is told how long all of it may take: a later attempt waits for what the first one began
  const told = options.timeoutMs !== undefined && Number.isFinite(limitMs) ? limitMs : undefined;
  const elapsed = stopwatch();
  let attempt = 0;
  let over = false;
  let latest: MessageId = 0;
  /** Whatever is pending of it: what is on its way, on the connection there is, or the one that waits to be. */
  const pending = new Set<MessageId>();
  const sentAs = new Set<MessageId>();
  /** In which session an attempt may have run whose answer was lost with its connection. */
  let mayHaveRun: string | undefined;
  /** As it was when the call was made, whatever becomes of the input. */
  let encoded: Uint8Array | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let graced = false;
  const offAbort = signal && onAbort(signal, () => giveUp(signal.reason));

  function end(settle: () => void, error?: unknown): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    offAbort?.();
    // the server need not go on with what else was sent
    for (const id of sentAs) requests.cancel(id);
    for (const id of pending) requests.drop(id);
    settle();
    const outcome = { procedure, id: latest, ms: elapsed(), attempts: attempt };
    host.ended(error === undefined ? outcome : { ...outcome, error });
    requests.leaveIfIdle();
  }

  function giveUp(error: unknown): void {
    end(() => ends.reject(error), error);
  }

  function wait(ms: number, then: () => void): void {
    clearTimeout(timer);
    const due = elapsed() + ms;
    timer = limit(() => (slept(due) ? wait(WAKING_MS, then) : then()), ms);
  }

  function slept(due: number): boolean {
    graced = !graced && elapsed() - due > ASLEEP_MS;
    return graced;
  }

  /** One more attempt has its time. */
  function begin(): void {
    attempt++;
    wait(Math.min(timeoutMs, limitMs - elapsed()), expired);
  }

  function send(): void {
    begin();
    let id: MessageId | undefined;
    id = requests.call(
      procedure,
      input,
      { timeoutMs: told, key },
      {
        ...{ timeoutMs: Number.POSITIVE_INFINITY, encoded, session: idempotent ? undefined : mayHaveRun, lost },
        encodedAs: (piece) => {
          encoded = piece;
        },
        sent: (as) => void sentAs.add(as),
        resolve(value) {
          if (id !== undefined) sentAs.delete(id);
          end(() => ends.resolve(value));
          host.attempted(false);
        },
        reject: (error) => failed(id, error),
      },
    );
    latest = id;
    if (!over) pending.add(id);
  }

  function trySend(): void {
    try {
      send();
    } catch (error) {
      giveUp(error);
    }
  }

  function failed(id: MessageId | undefined, error: unknown): void {
    const refused = id !== undefined && sentAs.delete(id) && error instanceof AppError && isRefusal(error.code);
    if (id !== undefined) pending.delete(id);
    if (refused && mayRepeat && attempt < attempts) {
      const delay = delayOf(error, attempt);
      if (elapsed() + delay <= limitMs) {
        const resting = requests.rest(giveUp);
        pending.add(resting);
        wait(delay, () => {
          pending.delete(resting);
          requests.drop(resting);
          trySend();
        });
        return;
      }
    }
    giveUp(error);
  }

  function expired(): void {
    if (!mayRepeat || attempt >= attempts || elapsed() >= limitMs) {
      const times = attempt > 1 ? `, ${attempt} times` : "";
      giveUp(new AppError("TIMEOUT", `No answer within ${timeoutMs} ms${times}.`));
      host.attempted(true);
      return;
    }
    const before = attempt;
    host.attempted(true);
    // that may have cost the connection, and then it is on its way to the next already
    if (over || attempt !== before) return;
    if (sentAs.size > 0 && requests.accepting) trySend();
    else begin(); // there is nothing to send it on: it goes on waiting
  }

  /** The connection is gone, and with it whatever would have been answered on it. */
  function lost(as: MessageId): boolean {
    if (!sentAs.has(as)) return true; // of several attempts, the first one told has looked after all
    mayHaveRun = host.session();
    if (!mayRepeat || attempt >= attempts || (!idempotent && mayHaveRun === undefined)) return false;
    for (const id of sentAs) {
      requests.drop(id);
      pending.delete(id);
    }
    sentAs.clear();
    // what waits for its moment goes on waiting
    if (pending.size === 0) trySend();
    return true;
  }

  trySend();
}

/** Milliseconds since now, also those that a machine slept through, and whatever becomes of its clock. */
function stopwatch(): () => number {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
}

function delayOf(error: AppError, attempt: number): number {
  const asked = retryAfter(error);
  return asked > 0 ? asked * (1 + JITTER * Math.random()) : backoff(attempt - 1);
}

function check(name: string, good: boolean): void {
  if (!good) throw new RangeError(`${name} makes no sense.`);
}
