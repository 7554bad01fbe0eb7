import { DecodeError } from "../../shared/budget.ts";
import { createCompactCodec } from "../../shared/compact-codec.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { type ClientMessage, Kind, MAX_NAME_LENGTH, type Message, type ServerMessage } from "../../shared/message.ts";
import { PendingCalls } from "../../shared/pending-calls.ts";
import { isServerMessage } from "../../shared/server-message.ts";
import { holdsPing, readStream, type Streams } from "../../shared/stream-reader.ts";
import { isTaken } from "../../shared/stream-window.ts";
import { createProcedures } from "../procedures.ts";
import type { Registry } from "../registry.ts";
import type { PeerCallOptions } from "./peer-types.ts";

/** What one message may cost: a peer is a stranger. Its bytes are what browsers take as one message. */
const BUDGET = { maxPayload: 262_144, maxDepth: 64, maxElements: 50_000 };
const TIMEOUT_MS = 10_000;
/** Items of a stream on their way to its reader. */
const WINDOW = 64;
/** Messages that make no sense until a peer is given up. */
const MOST_NONSENSE = 100;

/** Nothing is deflated: what inflates is not worth its risk among strangers. */
const PLAIN = {
  deflate: (bytes: Uint8Array) => bytes,
  inflate(): never {
    throw new DecodeError("A peer's message is never deflated.");
  },
};

export interface PeerMessagesOptions {
  readonly registry: Registry;
  /** What procedures are told of their caller. */
  readonly about: object;
  /** @throws AppError */
  send(bytes: Uint8Array): void;
  maxMessage(): number | undefined;
  event(name: string, data: unknown): void;
  /** Takes what procedures threw, and not on purpose. */
  report(error: unknown): void;
  /** The other side says goodbye. */
  leaving(): void;
  /** The other side cannot be talked to. */
  nonsense(error: AppError): void;
}

/** What two peers say to each other: the messages of the protocol that both sides of it know, one in each of the channel's. */
export class PeerMessages {
  /** Round trip of the last heartbeat that was answered, in milliseconds. */
  rttMs: number | undefined;
  readonly #options: PeerMessagesOptions;
  readonly #codec = createCompactCodec({ deflate: PLAIN, budget: BUDGET, deflateThreshold: Number.POSITIVE_INFINITY });
  readonly #pending = new PendingCalls();
  readonly #streams: Streams = new Map();
  readonly #procedures;
  #nonsense = 0;
  #beat = 0;
  #beatAt = 0;

  constructor(options: PeerMessagesOptions) {
    this.#options = options;
    this.#procedures = createProcedures(
      (message) => this.#answer(message),
      (error) => options.report(error),
      () => {},
      options.registry,
      options.about,
    );
  }

  call(name: string, input: unknown, { timeoutMs = TIMEOUT_MS, signal }: PeerCallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      checkName(name);
      const id = this.#pending.add({
        ...{ answer: Kind.RESULT, resolve, reject, timeoutMs, signal },
        gaveUp: (given) => this.#try([Kind.CANCEL, given]),
      });
      this.#begin(id, name, input, { timeoutMs });
    });
  }

  stream(name: string, input: unknown, { timeoutMs, signal }: PeerCallOptions) {
    checkName(name);
    const told = timeoutMs === undefined ? {} : { timeoutMs };
    return readStream({
      streams: this.#streams,
      limit: WINDOW,
      begin: (answers) => {
        const id = this.#pending.add({
          ...{ ...answers, answer: Kind.RESULT, signal },
          timeoutMs: timeoutMs ?? TIMEOUT_MS,
          timeoutEndsAtItem: timeoutMs === undefined,
          gaveUp: (given) => this.#try([Kind.CANCEL, given]),
        });
        this.#begin(id, name, input, { ...told, window: WINDOW });
        return id;
      },
      abandon: (id, error) => this.#pending.abandon(id, error),
      pong: (echo) => this.#try([Kind.PONG, echo]),
    });
  }

  /** @throws AppError, EncodeError, RangeError for a bad name */
  emit(name: string, data: unknown): void {
    checkName(name);
    this.#send([Kind.EVENT, name, data]);
  }

  ping(): void {
    this.#beatAt = performance.now();
    this.#try([Kind.PING, ++this.#beat]);
  }

  goodbye(): void {
    this.#try([Kind.GOAWAY, "closed", { reconnectAfterMs: 0 }]);
  }

  /** The channel is gone, and the answers that were on their way. */
  lost(error: AppError): void {
    this.#pending.rejectAll(error);
    this.#procedures.lost(error);
  }

  received(data: unknown): void {
    let message: unknown;
    try {
      if (!(data instanceof ArrayBuffer)) throw new DecodeError("A text on a channel of MessagePack.");
      message = this.#codec.decode(new Uint8Array(data));
    } catch (error) {
      this.#options.nonsense(new AppError("BAD_REQUEST", `The peer sends nonsense: ${(error as Error).message}`));
      return;
    }
    if (!isServerMessage(message) || !this.#take(message)) this.#senseless();
  }

  /** @returns whether it means anything here */
  #take(message: ServerMessage): boolean {
    switch (message[0]) {
      case Kind.EVENT:
        this.#options.event(message[1], message[2]);
        return true;
      case Kind.PING:
        if (!holdsPing(this.#streams, message[1])) this.#try([Kind.PONG, message[1]]);
        return true;
      case Kind.PONG:
        if (isTaken(message[1])) return this.#procedures.received(message);
        if (message[1] === this.#beat) this.rttMs = performance.now() - this.#beatAt;
        return true;
      case Kind.GOAWAY:
        this.#options.leaving();
        return true;
      case Kind.CALL:
        return this.#procedures.received(message);
      case Kind.CANCEL: // of what may have ended on its way
        this.#procedures.received(message);
        return true;
      case Kind.RESULT:
      case Kind.ERROR:
      case Kind.CHUNK:
        // likewise: the answer to what was given up
        this.#pending.settle(message);
        return true;
      default:
        return false;
    }
  }

  #senseless(): void {
    this.#nonsense++;
    if (this.#nonsense <= MOST_NONSENSE) return;
    this.#options.nonsense(new AppError("BAD_REQUEST", "The peer keeps sending nonsense."));
  }

  #begin(id: number, name: string, input: unknown, told: { readonly timeoutMs?: number; readonly window?: number }) {
    // a time without end is nothing to tell
    const { timeoutMs, ...rest } = told;
    const options = Number.isFinite(timeoutMs) ? told : rest;
    const none = input === undefined ? { noData: true } : {};
    try {
      this.#send([Kind.CALL, id, name, input, { ...options, ...none } as object]);
    } catch (error) {
      this.#pending.reject(id, error);
    }
  }

  /** Of a procedure here. @throws where an ERROR can say so instead */
  #answer(message: ClientMessage): void {
    try {
      this.#send(message);
    } catch (error) {
      if (message[0] !== Kind.ERROR) throw error;
      // its details may be what cannot be sent
      if (message.length > 4) this.#try(errorReply(message[1], error));
    }
  }

  /** Sends what nobody waits for: where it cannot be sent, there is nobody. */
  #try(message: Message): void {
    try {
      this.#send(message);
    } catch {
      // the link sees to it
    }
  }

  #send(message: Message): void {
    const bytes = this.#codec.encode(message);
    const most = Math.min(this.#options.maxMessage() ?? BUDGET.maxPayload, BUDGET.maxPayload);
    if (bytes.length > most) throw new AppError("TOO_LARGE", `A message to a peer may take ${most} bytes.`);
    this.#options.send(bytes);
  }
}

/** The other side would take it for nonsense. */
function checkName(name: string): void {
  if (typeof name === "string" && name !== "" && name.length <= MAX_NAME_LENGTH) return;
  throw new RangeError(`A name must be a string of 1 to ${MAX_NAME_LENGTH} characters.`);
}
