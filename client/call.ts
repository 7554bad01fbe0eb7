import { AppError } from "../shared/errors.ts";
import type { MessageId } from "../shared/message.ts";
import { backoff, requestedDelay } from "./backoff.ts";
import type { CallOutcome } from "./events.ts";
import type { CallOptions } from "./options.ts";
import type { CallRequest, Requests } from "./requests.ts";

/** What a call needs of its client. */
export interface CallHost {
  readonly requests: Requests;
  /** Of a call that says nothing of its own. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** A key that none of this client's calls had. */
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

/** Answers by which a server says that it did not even begin. */
const REFUSALS: ReadonlySet<string> = new Set(["OVERLOADED", "RATE_LIMITED"]);

/**
 * Makes a call, in as many attempts as it takes and may take. What makes that safe is its key: the server runs the
 * first call of a key in a session, and gives its answer to all others. In another session it knows nothing of the key,
 * so that a call that was sent before is not sent again there.
 *
 * @throws RangeError where `attempts` makes no sense
 */
export function startCall(host: CallHost, procedure: string, input: unknown, options: CallOptions, ends: CallEnds) {
  const { requests } = host;
  const { timeoutMs = host.timeoutMs, attempts = host.attempts, idempotent = false, signal } = options;
  if (!Number.isSafeInteger(attempts) || attempts < 1) throw new RangeError("attempts must be a whole number from 1.");
  const key = options.key ?? (attempts > 1 && !idempotent ? host.nextKey() : undefined);
  const mayRepeat = attempts > 1 && (idempotent || key !== undefined);
  // the server is told how long all of it may take: a later attempt waits for what the first one began
  const told = options.timeoutMs !== undefined && Number.isFinite(timeoutMs) ? timeoutMs * attempts : undefined;
  const startedAt = performance.now();
  let attempt = 0;
  let id: MessageId = 0;
  /** Under which ids it is on its way, on the connection there is. */
  let sentAs: MessageId[] = [];
  /** As it was when the call was made, whatever becomes of the input. */
  let encoded: Uint8Array | undefined;

  function end(error: unknown, settle: () => void): void {
    const outcome = { procedure, id, ms: performance.now() - startedAt, attempts: attempt };
    settle();
    host.ended(error === undefined ? outcome : { ...outcome, error });
  }

  function send(session?: string): void {
    attempt++;
    const request: CallRequest = {
      ...{ timeoutMs, signal, encoded, session },
      ...{ reject: failed, expired, lost, cancel: () => sentAs },
      encodedAs: (piece) => {
        encoded = piece;
      },
      sent: (as) => void sentAs.push(as),
      resolve: (value) => {
        host.attempted(false);
        end(undefined, () => ends.resolve(value));
      },
    };
    try {
      id = requests.call(procedure, input, { timeoutMs: told, key }, request);
    } catch (error) {
      end(error, () => ends.reject(error));
    }
  }

  function failed(error: unknown): void {
    const refused = sentAs.includes(id) && error instanceof AppError && REFUSALS.has(error.code);
    if (refused && mayRepeat && attempt < attempts) {
      const details = error.details as { retryAfterMs?: unknown } | null | undefined;
      const delay = Math.max(requestedDelay(details?.retryAfterMs), backoff(attempt - 1));
      if (delay <= timeoutMs) {
        sentAs = [];
        requests.rest(delay, {
          signal,
          wake: () => send(),
          reject: (reason) => end(reason, () => ends.reject(reason)),
        });
        return;
      }
    }
    end(error, () => ends.reject(error));
  }

  function expired(as: MessageId): void {
    host.attempted(true);
    if (!mayRepeat || attempt >= attempts) {
      const times = attempt > 1 ? `, ${attempt} times` : "";
      requests.abandon(as, new AppError("TIMEOUT", `No answer within ${timeoutMs} ms${times}.`));
    } else if (sentAs.includes(as) && requests.accepting) {
      requests.drop(as);
      send();
    } else {
      // there is nothing to send it on: it goes on waiting
      attempt++;
      requests.extend(as, timeoutMs);
    }
  }

  function lost(as: MessageId): boolean {
    const session = idempotent ? undefined : host.session();
    if (!mayRepeat || attempt >= attempts || (!idempotent && session === undefined)) return false;
    sentAs = [];
    requests.drop(as);
    send(session);
    return true;
  }

  send();
}
