import { isRefusal } from "../shared/codes.ts";
import { AppError } from "../shared/errors.ts";
import { type AckInfo, MAX_NAME_LENGTH, type MessageId } from "../shared/message.ts";
import { onAbort } from "../shared/on-abort.ts";
import { createAlarm, stopwatch } from "./alarm.ts";
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
  /** Takes what an application's callback threw. */
  report(error: unknown): void;
}

export interface CallEnds {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Who is asked to wait so long waits up to this part of it longer, so that not all come back in the same moment. */
const JITTER = 0.5;

/**
 * Makes a call, in as many attempts as it takes and may take. What makes that safe is its key: the server runs the
 * first call of a key in a session, and gives its answer to all others. In another session it knows nothing of the key,
 * so that a call that may have run is not sent again there.
 *
 * Once a queue has it, attempts and their time count no more: only its answer ends it, on whatever connection that
 * comes. The server gives it by itself, to the id that it acknowledged; but one that was under way when its connection
 * died is lost, and given again to who asks with the key.
 *
 * @throws RangeError where an option makes no sense; the signal's reason
 */
export function startCall(host: CallHost, procedure: string, input: unknown, options: CallOptions, ends: CallEnds) {
  const { requests } = host;
  const { timeoutMs = host.timeoutMs, attempts = host.attempts, idempotent = false, signal } = options;
  const { answerMs = Number.POSITIVE_INFINITY, progress } = options;
  check("timeoutMs", timeoutMs > 0);
  check("attempts", Number.isSafeInteger(attempts) && attempts > 0);
  check("answerMs", answerMs > 0);
  const key = options.key ?? (attempts > 1 && !idempotent ? host.nextKey() : undefined);
  check("key", key === undefined || (key.length > 0 && key.length <= MAX_NAME_LENGTH));
  signal?.throwIfAborted();
  const mayRepeat = attempts > 1 && (idempotent || key !== undefined);
  /** Whether it is sent again on the next connection where a queue has it. */
  const asksAgain = mayRepeat || key !== undefined;
  const limitMs = timeoutMs * attempts;
  // the server is told how long all of it may take: a later attempt waits for what the first one began
  const told = options.timeoutMs !== undefined && Number.isFinite(limitMs) ? limitMs : undefined;
  const elapsed = stopwatch();
  const clock = createAlarm(elapsed);
  const answerClock = createAlarm(elapsed);
  let attempt = 0;
  let over = false;
  let latest: MessageId = 0;
  /** Whatever is pending of it: what is on its way, on the connection there is, or the one that waits to be. */
  const pending = new Set<MessageId>();
  const sentAs = new Set<MessageId>();
  /** As what a queue has it. The first of these stays pending over all connections. */
  const queuedAs = new Set<MessageId>();
  /** How often it was sent on this connection since a queue has it. */
  let repeats = 0;
  /** In which session an attempt may have run whose answer was lost with its connection. */
  let mayHaveRun: string | undefined;
  /** As it was when the call was made, whatever becomes of the input. */
  let encoded: Uint8Array | undefined;
  const offAbort = signal && onAbort(signal, () => giveUp(signal.reason));

  function end(settle: () => void, error?: unknown): void {
    if (over) return;
    over = true;
    clock.clear();
    answerClock.clear();
    offAbort?.();
    for (const id of pending) requests.drop(id);
    // the server need not go on with what else was sent
    for (const id of new Set([...sentAs, ...queuedAs])) requests.cancel(id);
    settle();
    const outcome = { procedure, id: latest, ms: elapsed(), attempts: attempt };
    host.ended(error === undefined ? outcome : { ...outcome, error });
    requests.leaveIfIdle();
  }

  function giveUp(error: unknown): void {
    end(() => ends.reject(error), error);
  }

  function forget(id: MessageId): void {
    pending.delete(id);
    requests.drop(id);
  }

  /** One more attempt has its time. What a queue has is asked for more and more rarely. */
  function begin(): void {
    if (isQueued()) clock.set(timeoutMs * ++repeats, expired);
    else {
      attempt++;
      clock.set(Math.min(timeoutMs, limitMs - elapsed()), expired);
    }
  }

  function isQueued(): boolean {
    return queuedAs.size > 0;
  }

  function send(): void {
    // the time of what is asked for again begins when it is sent
    if (isQueued()) clock.clear();
    else begin();
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
        sent(as) {
          sentAs.add(as);
          if (isQueued()) begin();
        },
        item: progress && ((data) => tell(progress, data)),
        acknowledged,
        over: (session) => !asksAgain && isQueued() && sentAs.size === 0 && session !== mayHaveRun,
        idle: isQueued,
        resolve(value) {
          if (id !== undefined) answered(id);
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

  /** Calls what an application wants to be told by, be it async. */
  function tell<Told>(callback: (told: Told) => void, what: Told): void {
    (async () => callback(what))().catch(host.report);
  }

  function acknowledged(as: MessageId, info: unknown): void {
    const first = !isQueued();
    queuedAs.add(as);
    clock.clear();
    // what waits to be sent need not be
    for (const id of pending) if (!sentAs.has(id) && !queuedAs.has(id)) forget(id);
    host.attempted(false);
    if (!first) return;
    answerClock.set(answerMs, () => giveUp(new AppError("TIMEOUT", `No answer within ${answerMs} ms.`)));
    if (options.acknowledged !== undefined) tell(options.acknowledged, (info as AckInfo | null | undefined) ?? {});
  }

  /** Returns whether it was on its way, and not in a queue: that one refuses it says nothing of the call then. */
  function answered(id: MessageId): boolean {
    pending.delete(id);
    const queued = queuedAs.delete(id);
    return sentAs.delete(id) && !queued;
  }

  function failed(id: MessageId | undefined, error: unknown): void {
    const queued = isQueued();
    const asked = id !== undefined && answered(id) && error instanceof AppError;
    // of a call that a queue has, such an error is about this question alone
    const later = asked && queued && (error.code === "UNAVAILABLE" || error.code === "TIMEOUT");
    if (later || (asked && isRefusal(error.code) && (queued || (mayRepeat && attempt < attempts)))) {
      const delay = delayOf(error, attempt + repeats);
      if (queued || elapsed() + delay <= limitMs) {
        const resting = requests.rest(giveUp);
        pending.add(resting);
        clock.set(delay, () => {
          forget(resting);
          trySend();
        });
        return;
      }
    }
    giveUp(error);
  }

  function expired(): void {
    if (!isQueued() && (!mayRepeat || attempt >= attempts || elapsed() >= limitMs)) {
      const times = attempt > 1 ? `, ${attempt} times` : "";
      giveUp(new AppError("TIMEOUT", `No answer within ${timeoutMs} ms${times}.`));
      host.attempted(true);
      return;
    }
    const before = latest;
    host.attempted(true);
    // that may have cost the connection, and then it is on its way to the next already
    if (over || latest !== before) return;
    if (sentAs.size > 0 && requests.accepting) trySend();
    else begin(); // there is nothing to send it on: it goes on waiting
  }

  /** The connection is gone, and with it whatever would have been answered on it. */
  function lost(as: MessageId): boolean {
    if (!sentAs.has(as)) return true; // of several attempts, the first one told has looked after all
    const gone = [...sentAs];
    const [kept] = queuedAs;
    mayHaveRun = host.session();
    sentAs.clear();
    const goesOn = kept !== undefined || (mayRepeat && attempt < attempts);
    if (!goesOn || (!idempotent && mayHaveRun === undefined)) return false;
    for (const id of gone) {
      if (id === kept) continue;
      queuedAs.delete(id);
      forget(id);
    }
    repeats = 0;
    // what waits for its moment goes on waiting
    if (asksAgain && pending.size === queuedAs.size) trySend();
    return true;
  }

  trySend();
}

function delayOf(error: AppError, attempt: number): number {
  const asked = retryAfter(error);
  return asked > 0 ? asked * (1 + JITTER * Math.random()) : backoff(attempt - 1);
}

function check(name: string, good: boolean): void {
  if (!good) throw new RangeError(`${name} makes no sense.`);
}
