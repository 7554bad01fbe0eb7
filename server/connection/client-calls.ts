import { AppError } from "../../shared/errors.ts";
import { type CallOptions, Kind, type MessageId, type ServerMessage } from "../../shared/message.ts";
import { type AnswerMessage, type PendingCall, PendingCalls } from "../../shared/pending-calls.ts";
import { holdsPing, readStream, type Streams } from "../../shared/stream-reader.ts";
import { complaintAboutServerMessage } from "../../shared/validate-message.ts";

/** How long a client has for its answer, or for the first item of a stream, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** Items of a stream on their way to a reader. */
const WINDOW = 256;
/** Items that wait for a reader where the client does not keep to the window. */
const BUFFER = 1_000;

/** Options of a call to a client. */
export interface ClientCallOptions {
  /** How long to wait for the answer, in milliseconds; the client is told. `Infinity` is no limit. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call: the client is told, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a call to a client that answers with a stream. */
export interface ClientStreamOptions {
  /**
   * Limit of the whole stream, in milliseconds; the client is told. Without it, only the first item has to come in
   * time: within 10 seconds.
   */
  readonly timeoutMs?: number | undefined;
  /** Cancels the stream: the client is told, and the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How many items may be on their way to the reader, from 1 to 1,000,000: the client waits after them. @default 256 */
  readonly window?: number | undefined;
}

/** The connection whose client is called. */
interface Callee {
  readonly open: boolean;
  send(message: ServerMessage): void;
}

/** What this side has asked of one client. */
export class ClientCalls {
  readonly #callee: Callee;
  readonly #maxCalls: number;
  readonly #pending = new PendingCalls();
  readonly #streams: Streams = new Map();

  /** @param maxCalls most calls in flight, streams included */
  constructor(callee: Callee, maxCalls: number) {
    this.#callee = callee;
    this.#maxCalls = maxCalls;
  }

  /** How many are in flight. */
  get size(): number {
    return this.#pending.size;
  }

  call(procedure: string, input: unknown, options: ClientCallOptions = {}): Promise<unknown> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    return new Promise((resolve, reject) => {
      this.#begin(procedure, input, { timeoutMs }, { timeoutMs, signal, resolve, reject });
    });
  }

  stream(
    procedure: string,
    input: unknown,
    options: ClientStreamOptions = {},
  ): AsyncGenerator<unknown, unknown, undefined> {
    const { timeoutMs, signal, window = WINDOW } = options;
    const limits = { timeoutMs: timeoutMs ?? TIMEOUT_MS, timeoutEndsAtItem: timeoutMs === undefined, signal };
    return readStream({
      streams: this.#streams,
      limit: Math.max(window, BUFFER),
      begin: (answers) => this.#begin(procedure, input, { timeoutMs, window }, { ...limits, ...answers }),
      abandon: (id, error) => this.#pending.abandon(id, error),
      pong: (echo) => this.#callee.send([Kind.PONG, echo]),
    });
  }

  /** Takes an answer of the client's. Returns false where nothing waits for it. */
  settle(message: AnswerMessage): boolean {
    return this.#pending.settle(message);
  }

  /** Whether a PING is answered when the reader of a stream has come so far, and not now. */
  holdsPing(echo: unknown): boolean {
    return holdsPing(this.#streams, echo);
  }

  /** There will be no more answers. */
  closed(): void {
    this.#pending.rejectAll(new AppError("UNAVAILABLE", "The connection closed before the answer came."));
  }

  #begin(procedure: string, input: unknown, options: CallOptionsToTell, call: Omit<PendingCall, "answer">): MessageId {
    if (!this.#callee.open) throw new AppError("UNAVAILABLE", "The connection is closed.");
    if (this.#pending.size >= this.#maxCalls) {
      throw new AppError("OVERLOADED", `${this.#maxCalls} calls of this client are in flight.`);
    }
    const gaveUp = (id: MessageId) => this.#callee.send([Kind.CANCEL, id]);
    const id = this.#pending.add({ ...call, answer: Kind.RESULT, gaveUp });
    try {
      const message: ServerMessage = [Kind.CALL, id, procedure, input, told(input, options)];
      // the client would ignore what is malformed
      const wrong = complaintAboutServerMessage(message);
      if (wrong !== undefined) throw new TypeError(wrong);
      this.#callee.send(message);
    } catch (error) {
      this.#pending.reject(id, error);
    }
    return id;
  }
}

type CallOptionsToTell = { readonly [Option in keyof CallOptions]: CallOptions[Option] | undefined };

/** "No limit" is nothing to tell. */
function told(input: unknown, { timeoutMs, window }: CallOptionsToTell): CallOptions {
  return {
    ...(input === undefined ? { noData: true } : {}),
    ...(timeoutMs !== undefined && Number.isFinite(timeoutMs) ? { timeoutMs } : {}),
    ...(window === undefined ? {} : { window }),
  };
}
