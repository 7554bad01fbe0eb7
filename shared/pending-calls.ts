import { AppError, errorFromReply } from "./errors.ts";
import { limit } from "./limit.ts";
import {
  type AckMessage,
  type ChunkMessage,
  type ErrorMessage,
  Kind,
  MAX_ID,
  type MessageId,
  type PongMessage,
  type ResultMessage,
  type SubscribedMessage,
} from "./message.ts";
import { onAbort } from "./on-abort.ts";

/** What ends a wait well. ERROR ends every wait badly. */
export type AnswerKind = typeof Kind.RESULT | typeof Kind.ACK | typeof Kind.SUBSCRIBED | typeof Kind.PONG;

/** What the other side says about something pending. */
export type AnswerMessage = ResultMessage | ErrorMessage | AckMessage | ChunkMessage | SubscribedMessage | PongMessage;

/** Something asked of the other side. Exactly one of `resolve` and `reject` is called, once, synchronously. */
export interface PendingCall {
  readonly answer: AnswerKind;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Takes the items of a streaming answer; without it they are dropped. */
  readonly item?: ((item: unknown) => void) | undefined;
  /** Called where a queue has taken the call, whose answer may come much later; perhaps more than once. */
  readonly acknowledged?: (id: MessageId, info: unknown) => void;
  /** Called after `reject` where this side no longer waits: the other side may be told. */
  readonly gaveUp?: (id: MessageId) => void;
  /** In milliseconds. @default Infinity */
  readonly timeoutMs?: number | undefined;
  /** Whether the first item stops the clock, or that a queue has the call, rather than the answer. @default false */
  readonly timeoutEndsAtItem?: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly call: PendingCall;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
  readonly offAbort: (() => void) | undefined;
}

/** Who waits for which answer: chooses ids, matches answers, and bounds every wait by a timeout and a signal. */
export class PendingCalls {
  readonly #waiting = new Map<MessageId, Waiting>();
  readonly #lastId: number;
  #nextId: number;

  /**
   * @param firstId where ids begin. @default 1
   * @param lastId after it they begin at 0 again. @default 4_294_967_295
   */
  constructor(firstId = 1, lastId = MAX_ID) {
    this.#nextId = firstId;
    this.#lastId = lastId;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Begins to wait.
   * @returns the id to send
   * @throws RangeError where `timeoutMs` is not above 0, and the signal's reason where it has aborted already
   */
  add(call: PendingCall): MessageId {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = call;
    if (!(timeoutMs > 0)) throw new RangeError("timeoutMs must be above 0.");
    signal?.throwIfAborted();
    const id = this.#freeId();
    const late = () => this.abandon(id, new AppError("TIMEOUT", `No answer within ${timeoutMs} ms.`));
    const timer = limit(late, timeoutMs);
    const offAbort = signal && onAbort(signal, () => this.abandon(id, signal.reason));
    this.#waiting.set(id, { call, timer, offAbort });
    return id;
  }

  /** Hands a message to whoever waits for it. Returns false where nobody does. */
  settle(message: AnswerMessage): boolean {
    const id = message[1] as MessageId;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    const { call, timer } = waiting;
    const kind = message[0];
    if (kind === Kind.ERROR) this.reject(id, errorFromReply(message));
    else if (kind === call.answer) this.resolve(id, (message as ResultMessage)[2]);
    else if (call.answer !== Kind.RESULT) return false;
    else if (kind === Kind.CHUNK || kind === Kind.ACK) {
      if (call.timeoutEndsAtItem === true) clearTimeout(timer);
      if (kind === Kind.CHUNK) call.item?.(message[2]);
      // a queue has taken the call: its RESULT is still to come
      else call.acknowledged?.(id, message[2]);
    } else return false;
    return true;
  }

  /** Ends a wait well, whatever the other side says later. Does nothing where the id is not pending. */
  resolve(id: MessageId, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  /** Ends a wait badly. Does nothing where the id is not pending. */
  reject(id: MessageId, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  /** Ends a wait badly by this side's own will, so that `gaveUp` is called. */
  abandon(id: MessageId, error: unknown): void {
    const call = this.#take(id);
    call?.reject(error);
    call?.gaveUp?.(id);
  }

  /** Ends a wait without a word to anybody. */
  drop(id: MessageId): void {
    this.#take(id);
  }

  /** Ends all waits badly, or those `which` picks. */
  rejectAll(error: unknown, which: (id: MessageId, call: PendingCall) => boolean = () => true): void {
    for (const [id, { call }] of [...this.#waiting]) if (which(id, call)) this.reject(id, error);
  }

  /** Whether there is a wait of which `which` holds. */
  some(which: (id: MessageId, call: PendingCall) => boolean): boolean {
    for (const [id, { call }] of this.#waiting) if (which(id, call)) return true;
    return false;
  }

  #take(id: MessageId): PendingCall | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.offAbort?.();
    return waiting.call;
  }

  #freeId(): MessageId {
    let id: MessageId;
    do {
      id = this.#nextId;
      this.#nextId = id === this.#lastId ? 0 : id + 1;
    } while (this.#waiting.has(id));
    return id;
  }
}
