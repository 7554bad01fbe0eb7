import { DecodeError, tooBig } from "../../shared/budget.ts";
import { isBatch } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import { Backlog } from "./backlog.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection-services.ts";
import type { Workload } from "./fairness.ts";
import type { Outbox } from "./outbox.ts";

/** A frame of so many bytes may be dear, as may any that is deflated. */
const LARGE = 4_096;
/** Of what is cheap so many together may be dear: a power of 2. */
const MANY = 16;
/** How much of what a client said before it went is still done, in milliseconds of work. */
const LEFTOVERS_MS = 5_000;
/** Bytes that may wait for WELCOME, or for who somebody is. */
export const MOST_HELD = 16_777_216;

/**
 * What a connection's client has to say: decoded, and done in its order. It waits while it is not known whose connection
 * it is, and where it would keep others waiting for too long.
 */
export class Inbox implements Workload {
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #services: ConnectionServices;
  #received = 0;
  /** Made when something has to wait for the first time. */
  #backlog: Backlog | undefined;
  /** Whether what comes has to wait behind what waits already. */
  #behind = false;
  #held = false;
  #closed = false;

  constructor(connection: Connection, outbox: Outbox, services: ConnectionServices) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#services = services;
  }

  /** Whether all that came has been done. */
  get idle(): boolean {
    return !this.#behind;
  }

  /** Whether what comes is kept. */
  get held(): boolean {
    return this.#held;
  }

  /** Takes a frame, whose bytes are valid only during the call. */
  receive(bytes: ArrayBuffer, binary: boolean): void {
    if (this.#closed) return;
    if (this.#behind) {
      this.#services.traffic.received(bytes.byteLength);
      this.#keep(bytes, binary);
      return;
    }
    const frame = Buffer.from(bytes);
    this.#services.traffic.received(frame.length);
    const dear = frame.length >= LARGE || frame[0] === DEFLATED || ++this.#received % MANY === 0 || this.#outbox.heavy;
    this.#outbox.heavy = false;
    if (dear && this.#services.fairness.over) {
      this.#wait();
      this.#keep(bytes, binary);
      return;
    }
    this.#outbox.begin();
    try {
      this.#read(frame, binary);
    } finally {
      this.#end();
    }
  }

  /** Keeps what comes from now on, and what is left of the batch at hand, until `release`. */
  hold(): void {
    this.#held = true;
    this.#behind = true;
  }

  /** Does what was kept, in order, and keeps nothing any more. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    // in the middle of a message, what waits comes after the rest of its batch
    if (this.#outbox.inTurn || this.goOn()) this.#services.fairness.later(this);
  }

  goOn(): boolean {
    if (this.#held || this.#closed) return false;
    const begun = performance.now();
    this.#outbox.begin();
    try {
      do this.#next();
      while (this.#behind && !this.#held && !this.#closed && !this.#services.fairness.over);
    } finally {
      this.#end();
    }
    const backlog = this.#backlog;
    if (backlog?.done !== undefined) {
      backlog.leftoversMs += performance.now() - begun;
      if (!this.#behind || backlog.leftoversMs > LEFTOVERS_MS) backlog.done();
    }
    return this.#behind && !this.#held && !this.#closed;
  }

  /** The client is gone: calls back when what it said before has been done, which may be at once. */
  whenDone(done: () => void): void {
    if (this.#closed || this.#held || this.#backlog === undefined || this.#backlog.empty) {
      done();
      return;
    }
    this.#backlog.done = done;
  }

  /** Does nothing any more, whatever waits. */
  close(): void {
    this.#closed = true;
    this.#services.fairness.forget(this);
    this.#services.fairness.waits(-(this.#backlog?.bytes ?? 0));
    this.#backlog = undefined;
  }

  #end(): void {
    this.#outbox.end();
    this.#services.times.end();
  }

  #next(): void {
    const before = this.#backlog?.bytes ?? 0;
    const batch = this.#backlog?.takeBatch();
    const frame = batch === undefined ? this.#backlog?.takeFrame() : undefined;
    this.#services.fairness.waits((this.#backlog?.bytes ?? 0) - before);
    if (batch !== undefined) this.#work(batch.messages, batch.from);
    else if (frame !== undefined) this.#read(frame.bytes, frame.binary);
    else this.#behind = false;
  }

  #read(frame: Buffer, binary: boolean): void {
    const { maxPayload, msgpack, json, received, dispatch } = this.#services;
    try {
      // before it is made into text, which costs as much as it is long
      if (frame.length > maxPayload) throw tooBig(this.#services);
      // a text frame is JSON and a binary one MessagePack, whatever was negotiated for the replies
      const decoded = binary ? msgpack.decode(frame) : json.decode(frame.toString());
      received(this.#connection, frame.length);
      // it may have been the one too many
      if (this.#closed) return;
      this.#connection.tap?.received(decoded, frame.length, binary);
      if (isBatch(decoded)) this.#work(decoded, 0);
      else dispatch(this.#connection, decoded);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(error);
    }
  }

  /** Does the messages of a batch from one on, as long as it may. */
  #work(messages: readonly unknown[], from: number): void {
    const { dispatch, fairness } = this.#services;
    for (let at = from; at < messages.length && !this.#closed; at++) {
      const dear = at > from && (at % MANY === MANY - 1 || this.#outbox.heavy);
      if (this.#held || (dear && fairness.over)) {
        this.#wait();
        this.#backlog?.putBack({ messages, from: at });
        return;
      }
      this.#outbox.heavy = false;
      dispatch(this.#connection, messages[at]);
    }
  }

  #wait(): void {
    this.#behind = true;
    this.#backlog ??= new Backlog();
    if (!this.#held) this.#services.fairness.later(this);
  }

  #keep(bytes: ArrayBuffer, binary: boolean): void {
    const { fairness } = this.#services;
    while (!this.#closed) {
      this.#backlog ??= new Backlog();
      const before = this.#backlog.bytes;
      if (this.#backlog.add(bytes, binary, this.#held ? MOST_HELD : fairness.room)) {
        fairness.waits(this.#backlog.bytes - before);
        return;
      }
      if (this.#held) this.#connection.close(CloseCode.TRY_LATER);
      else if (fairness.spent) this.#connection.close(CloseCode.FLOODING);
      else if (this.#backlog.empty) {
        // there is no room for others' sake
        this.#atOnce(() => this.#read(Buffer.from(bytes), binary));
        return;
      } else this.#atOnce(() => this.#next());
    }
  }

  #atOnce(work: () => void): void {
    this.#outbox.begin();
    try {
      work();
    } finally {
      this.#end();
    }
  }

  /** A frame that does not decode is answered once, and nothing more is read from who sent it. */
  #refuse(error: DecodeError): void {
    this.#services.counters.undecodable++;
    const tooLarge = error.reason === "size";
    this.#connection.send(errorReply(null, new AppError(tooLarge ? "TOO_LARGE" : "BAD_REQUEST", error.message)));
    this.#connection.close(tooLarge ? CloseCode.TOO_BIG : CloseCode.UNDECODABLE);
  }
}
