import { DEFAULT_BUDGET } from "../shared/budget.ts";
import type { Codec } from "../shared/codec.ts";
import { AppError } from "../shared/errors.ts";
import { type ClientMessage, Kind, type MessageId, type CallOptions as ToldOptions } from "../shared/message.ts";
import { type AnswerMessage, type PendingCall, PendingCalls } from "../shared/pending-calls.ts";
import { OfflineQueue, type QueueOptions } from "./offline-queue.ts";
import type { Reconnect } from "./reconnect.ts";
import { withId } from "./with-id.ts";

/** Something to ask of the server. */
export interface Request extends PendingCall {
  /** Called when the message has been handed to an open connection. */
  readonly sent?: (id: MessageId) => void;
  /** Its message as it was encoded before, under another id: it has been taken in already. */
  readonly encoded?: Uint8Array | undefined;
  readonly encodedAs?: (piece: Uint8Array) => void;
  /** Where it may be sent later than now, only if the server still knows this session. */
  readonly session?: string | undefined;
  /** Whether it must not overtake what waits. */
  readonly inOrder?: boolean;
  /** Called where its answer was lost with the connection. Returns whether it has been taken care of. */
  readonly lost?: (id: MessageId) => boolean;
  /** Whether its answer can no more come where the server goes on with this session. */
  readonly over?: (session: string) => boolean;
  /** Whether a client need not stay on a connection for its answer. */
  readonly idle?: () => boolean;
}

/** What the server is told of a call; undefined is nothing to tell. */
type Told = { readonly [Option in keyof ToldOptions]: ToldOptions[Option] | undefined };

export interface RequestsOptions extends QueueOptions {
  readonly timeoutMs: number;
  readonly link: Reconnect;
  readonly codec: Codec<Uint8Array>;
  /** Whether the server waits for answers of this side. */
  busy(): boolean;
}

/** Sends requests and matches their answers; keeps those made without a connection until there is one. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #pending = new PendingCalls();
  readonly #queue: OfflineQueue;
  /** That of the connection there is, once the server has told. */
  #session: string | undefined;
  #ended: { readonly error: unknown } | undefined;
  /**
   * Largest message the server takes, in bytes. Until it has told: what a server takes unless it is configured
   * otherwise, since one message that is too large costs the connection, for good.
   */
  maxPayload = DEFAULT_BUDGET.maxPayload;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#queue = new OfflineQueue(options, (id, error) => this.#pending.reject(id, error));
  }

  /** Whether a request made now leaves at once. */
  get accepting(): boolean {
    return this.#options.link.accepting;
  }

  /**
   * Sends a request, or queues it. Its timeout, the client's where it has none, covers both.
   *
   * @throws AppError `OVERLOADED` where too many wait, or why the client is closed; RangeError; the signal's reason
   */
  send(build: (id: MessageId) => ClientMessage, request: Request): MessageId {
    const { link, codec, timeoutMs } = this.#options;
    if (this.#ended !== undefined) throw this.#ended.error;
    link.start();
    const { encoded } = request;
    if (!link.accepting && encoded === undefined) this.#queue.admit();
    const gaveUp = (id: MessageId) => {
      if (!this.#queue.delete(id)) request.gaveUp?.(id);
      this.leaveIfIdle();
    };
    const id = this.#pending.add({ ...request, timeoutMs: request.timeoutMs ?? timeoutMs, gaveUp });
    let piece: Uint8Array;
    try {
      piece = encoded === undefined ? codec.encode(build(id)) : withId(encoded, id);
      // the server would close the connection over it; but this one may have been carried out when it was sent before
      if (piece.length > this.maxPayload) throw new AppError(encoded === undefined ? "TOO_LARGE" : "UNAVAILABLE");
    } catch (error) {
      this.#pending.reject(id, error);
      return id;
    }
    request.encodedAs?.(piece);
    const { sent, session } = request;
    const behind = request.inOrder === true && this.#queue.size > 0;
    if (!link.accepting || behind || (session !== undefined && this.#session === undefined)) {
      this.#queue.add(id, { piece, sent, session });
    } else if (session === undefined || session === this.#session) {
      link.send(piece);
      sent?.(id);
    } else this.#pending.reject(id, unknownSession());
    return id;
  }

  /** Calls a procedure. */
  call(
    procedure: string,
    input: unknown,
    { timeoutMs, key, window }: Told,
    request: Omit<Request, "answer">,
  ): MessageId {
    const options: ToldOptions = {};
    if (timeoutMs !== undefined) options.timeoutMs = timeoutMs;
    if (key !== undefined) options.key = key;
    if (window !== undefined) options.window = window;
    const told = Object.keys(options).length > 0;
    // null holds its place, and is not what the procedure gets
    if (told && input === undefined) options.noData = true;
    return this.send(
      (id) => {
        if (told) return [Kind.CALL, id, procedure, input, options];
        return input === undefined ? [Kind.CALL, id, procedure] : [Kind.CALL, id, procedure, input];
      },
      { ...request, answer: Kind.RESULT, gaveUp: (id) => this.cancel(id) },
    );
  }

  /** Tells the server that nobody waits for a call any more; on the next connection where there is none. */
  cancel(id: MessageId): void {
    const { link, codec } = this.#options;
    const piece = codec.encode([Kind.CANCEL, id]);
    if (link.state === "open") link.send(piece);
    else this.#queue.add(id, { piece, sent: undefined, session: undefined });
  }

  /** Is pending, and waits for no answer, until it is dropped. @param reject called where the client ends before */
  rest(reject: (error: unknown) => void): MessageId {
    const yes = () => true;
    const request: Request = { answer: Kind.RESULT, resolve: () => {}, reject, lost: yes, idle: yes };
    return this.#pending.add(request);
  }

  /** Stops waiting: takes a request back from the queue, or tells the server where it was a call. */
  abandon(id: MessageId, error: unknown): void {
    this.#pending.abandon(id, error);
  }

  /** Stops waiting, and tells nobody. */
  drop(id: MessageId): void {
    this.#queue.delete(id);
    this.#pending.drop(id);
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

  /** There is a connection: sends what was queued, up to what has to wait until the session is known. */
  opened(): void {
    this.#flush();
  }

  /** The server has told which session it is. Returns how many requests were sent again for that. */
  welcomed(session: string): number {
    this.#session = session;
    for (const [id, queued] of this.#queue.entries()) {
      if (queued.session === undefined || queued.session === session) continue;
      this.#queue.delete(id);
      this.#pending.reject(id, unknownSession());
    }
    this.#pending.rejectAll(unknownSession(), (_, call) => (call as Request).over?.(session) === true);
    return this.#flush();
  }

  /** The connection is gone, and the answers with it. */
  lost(error: unknown): void {
    this.#session = undefined;
    const waiting = this.#queue.entries();
    this.#pending.rejectAll(error, (id, call) => !this.#queue.has(id) && (call as Request).lost?.(id) !== true);
    // what was made while the server asked to leave stays behind what is sent again
    for (const [id, queued] of waiting) if (this.#queue.delete(id)) this.#queue.add(id, queued);
  }

  /** There will be no connection any more. */
  end(error: unknown): void {
    this.#ended = { error };
    this.#pending.rejectAll(error);
    this.#queue.clear();
  }

  /** Where the server asked to leave, does so as soon as nothing is in flight, in either direction. */
  leaveIfIdle(): void {
    const { link, busy } = this.#options;
    if (!link.leaving || busy()) return;
    if (!this.#pending.some((id, call) => !this.#queue.has(id) && (call as Request).idle?.() !== true)) link.leave();
  }

  #flush(): number {
    let repeated = 0;
    for (const [id, { piece, sent, session }] of this.#queue.entries()) {
      if (!this.#options.link.accepting || (session !== undefined && session !== this.#session)) break;
      if (session !== undefined) repeated++;
      this.#queue.delete(id);
      this.#options.link.send(piece);
      sent?.(id);
    }
    return repeated;
  }
}

function unknownSession(): AppError {
  const text =
    "The connection was lost before the answer came, and the server knows nothing of the session any more: " +
    "the call may or may not have been carried out.";
  return new AppError("UNAVAILABLE", text);
}
