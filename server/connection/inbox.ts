import { CloseCode } from "../../shared/codes.ts";
import { Backlog } from "./backlog.ts";
import type { Connection } from "./connection.ts";
import type { Workload } from "./fairness.ts";
import { atOnce, read, work } from "./reading.ts";

/** How much of what a client said before it went is still done, in milliseconds of work. */
const LEFTOVERS_MS = 5_000;
/** Bytes that may wait for WELCOME, or for who somebody is. */
export const MOST_HELD = 16_777_216;

/**
 * What a connection's client has said and that has to wait, in its order: while it is not known whose connection it is, and
 * where it would keep others waiting for too long. A connection has one only as long as something waits, or is to:
 * most are idle, and it would be a tenth of their memory.
 */
export class Inbox implements Workload {
  readonly #connection: Connection;
  readonly #backlog = new Backlog();
  #held = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether what comes is kept until `release`. */
  get held(): boolean {
    return this.#held;
  }

  /** Keeps what comes from now on, and what is left of the batch at hand, until `release`. */
  hold(): void {
    this.#held = true;
  }

  /** Does what was kept, in order, and keeps nothing any more. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    // in the middle of a message, what waits comes after the rest of its batch
    if (this.#connection.outbox.inTurn || this.goOn()) this.#connection.services.fairness.later(this);
  }

  goOn(): boolean {
    const { fairness } = this.#connection.services;
    if (this.#held || !this.#current) return false;
    const begun = performance.now();
    atOnce(this.#connection, () => {
      do this.#next();
      while (this.#current && !this.#held && !fairness.over);
    });
    const backlog = this.#backlog;
    if (backlog.done !== undefined) {
      backlog.leftoversMs += performance.now() - begun;
      if (!this.#current || backlog.leftoversMs > LEFTOVERS_MS) backlog.done();
    }
    return this.#current && !this.#held;
  }

  /** The client is gone: calls back when what it said before has been done, which may be at once. */
  whenDone(done: () => void): void {
    if (this.#held || this.#backlog.empty) {
      done();
      return;
    }
    this.#backlog.done = done;
  }

  /** Does nothing any more, whatever waits. */
  close(): void {
    const { fairness } = this.#connection.services;
    fairness.forget(this);
    fairness.waits(-this.#backlog.bytes);
    this.#gone();
  }

  /** What is left of a batch waits, and all that comes from now on behind it. @param from index of the first */
  putBack(messages: readonly unknown[], from: number): void {
    this.wait();
    this.#backlog.putBack({ messages, from });
  }

  /** It goes on when it is its turn, unless it is held. */
  wait(): void {
    if (!this.#held) this.#connection.services.fairness.later(this);
  }

  /** Keeps a frame, whose bytes are valid only during the call. */
  keep(bytes: ArrayBuffer, binary: boolean): void {
    const connection = this.#connection;
    const { fairness } = connection.services;
    const backlog = this.#backlog;
    while (!connection.closing) {
      const before = backlog.bytes;
      if (backlog.add(bytes, binary, this.#held ? MOST_HELD : fairness.room)) {
        fairness.waits(backlog.bytes - before);
        return;
      }
      if (this.#held) connection.close(CloseCode.TRY_LATER);
      else if (fairness.spent) connection.close(CloseCode.FLOODING);
      else if (backlog.empty) {
        // there is no room for others' sake
        atOnce(connection, () => read(connection, Buffer.from(bytes), binary));
        return;
      } else atOnce(connection, () => this.#next());
    }
  }

  /** Whether it is its connection's still: not where nothing waits any more, or that is closed. */
  get #current(): boolean {
    return this.#connection.inbox === this;
  }

  #gone(): void {
    if (this.#current) this.#connection.inbox = undefined;
  }

  #next(): void {
    const backlog = this.#backlog;
    const before = backlog.bytes;
    const batch = backlog.takeBatch();
    const frame = batch === undefined ? backlog.takeFrame() : undefined;
    this.#connection.services.fairness.waits(backlog.bytes - before);
    if (batch !== undefined) work(this.#connection, batch.messages, batch.from);
    else if (frame !== undefined) read(this.#connection, frame.bytes, frame.binary);
    else this.#gone();
  }
}
