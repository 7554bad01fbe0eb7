import { DEFAULT_BUDGET } from "../shared/budget.ts";
import type { Codec } from "../shared/codec.ts";
import { AppError } from "../shared/errors.ts";
import { type CallOptions, type ClientMessage, Kind, type MessageId } from "../shared/message.ts";
import { type AnswerMessage, type PendingCall, PendingCalls } from "../shared/pending-calls.ts";
import type { Reconnect } from "./reconnect.ts";

/** Something to ask of the server. */
export interface Request extends PendingCall {
  /** Called when the message has been handed to an open connection. */
  readonly sent?: (id: MessageId) => void;
}

export interface RequestsOptions {
  readonly timeoutMs: number;
  readonly queueLimit: number;
  readonly link: Reconnect;
  readonly codec: Codec<Uint8Array>;
}

/** What waits for a connection: encoded when it was asked, for its data may change afterwards. */
interface Queued {
  readonly piece: Uint8Array;
  readonly sent: ((id: MessageId) => void) | undefined;
}

/** Sends requests and matches their answers; keeps those made without a connection until there is one. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #pending = new PendingCalls();
  readonly #queue = new Map<MessageId, Queued>();
  #ended: { readonly error: unknown } | undefined;
  /**
   * Largest message the server takes, in bytes. Until it has told: what a server takes unless it is configured
   * otherwise, since one message that is too large costs the connection, for good.
   */
  maxPayload = DEFAULT_BUDGET.maxPayload;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Whether a request made now leaves at once. */
  get accepting(): boolean {
    return this.#options.link.accepting;
  }

  /**
   * Sends a request, or queues it. Its timeout, the client's where it has none, covers both.
   *
   * @throws AppError `OVERLOADED` where too many wait, `TOO_LARGE`, or why the client is closed; EncodeError; RangeError
   */
  send(build: (id: MessageId) => ClientMessage, request: Request): MessageId {
    const { link, codec, queueLimit, timeoutMs } = this.#options;
    if (this.#ended !== undefined) throw this.#ended.error;
    link.start();
    if (!link.accepting && this.#queue.size >= queueLimit) {
      throw new AppError("OVERLOADED", `${queueLimit} requests wait for a connection already.`);
    }
    const gaveUp = (id: MessageId) => {
      if (!this.#queue.delete(id)) request.gaveUp?.(id);
      this.leaveIfIdle();
    };
    const id = this.#pending.add({ ...request, timeoutMs: request.timeoutMs ?? timeoutMs, gaveUp });
    let piece: Uint8Array;
    try {
      piece = codec.encode(build(id));
      // the server would close the connection over it
      if (piece.length > this.maxPayload) throw new AppError("TOO_LARGE");
    } catch (error) {
      this.#pending.reject(id, error);
      return id;
    }
    if (link.accepting) {
      link.send(piece);
      request.sent?.(id);
    } else this.#queue.set(id, { piece, sent: request.sent });
    return id;
  }

  /** Calls a procedure. An explicit `timeoutMs` is told to the server too, and so is a stream's `window`. */
  call(
    procedure: string,
    input: unknown,
    request: Omit<Request, "answer" | "gaveUp"> & { readonly window?: number | undefined },
  ): MessageId {
    const { timeoutMs, window } = request;
    const told: CallOptions = {};
    // "no limit" is nothing to tell
    if (timeoutMs !== undefined && Number.isFinite(timeoutMs)) told.timeoutMs = timeoutMs;
    if (window !== undefined) told.window = window;
    const tells = Object.keys(told).length > 0;
    if (tells && input === undefined) told.noData = true;
    const { link, codec } = this.#options;
    return this.send(
      (id) => {
        if (tells) return [Kind.CALL, id, procedure, input, told];
        return input === undefined ? [Kind.CALL, id, procedure] : [Kind.CALL, id, procedure, input];
      },
      { ...request, answer: Kind.RESULT, gaveUp: (id) => link.send(codec.encode([Kind.CANCEL, id])) },
    );
  }

  /** Stops waiting: takes a request back from the queue, or tells the server where it was a call. */
  abandon(id: MessageId, error: unknown): void {
    this.#pending.abandon(id, error);
  }

  /** Ends a wait well, without an answer. */
  resolve(id: MessageId, value: unknown): void {
    this.#pending.resolve(id, value);
  }

  /** Takes an answer. Returns false where nobody waits for it. */
  settle(message: AnswerMessage): boolean {
    // nobody can answer what was not sent
    const known = !this.#queue.has(message[1] as MessageId) && this.#pending.settle(message);
    this.leaveIfIdle();
    return known;
  }

  /** There is a connection: sends what was queued. */
  opened(): void {
    const queued = [...this.#queue];
    this.#queue.clear();
    for (const [id, { piece, sent }] of queued) {
      this.#options.link.send(piece);
      sent?.(id);
    }
  }

  /** The connection is gone, and the answers with it. */
  lost(error: unknown): void {
    this.#pending.rejectAll(error, (id) => !this.#queue.has(id));
  }

  /** There will be no connection any more. */
  end(error: unknown): void {
    this.#ended = { error };
    this.#queue.clear();
    this.#pending.rejectAll(error);
  }

  /** Where the server asked to leave, does so as soon as nothing is in flight. */
  leaveIfIdle(): void {
    const { link } = this.#options;
    if (link.leaving && this.#pending.size === this.#queue.size) link.leave();
  }
}
