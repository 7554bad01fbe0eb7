import type { Socket } from "node:net";

/** What is known of one. */
interface Wait {
  /** Requests that are not answered yet, or whose answers have not gone out. */
  pending: number;
  timer: NodeJS.Timeout | undefined;
}

/** So many requests may wait for the answers to those before them: beyond, somebody asks who does not read. */
const MOST_PENDING = 100;

/**
 * Connections that are no WebSockets, or not yet. Each has to come to the point in time: with its greeting, a whole
 * request, or the next one, however much else it says meanwhile.
 */
export class PlainConnections {
  readonly #waits = new Map<Socket, Wait>();
  readonly #limitMs: number;

  /** @param limitMs how long each may take */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Something has to come of it within a time, in milliseconds, or it is hung up on. @default as for all */
  expect(socket: Socket, limitMs = this.#limitMs): void {
    const wait = this.#waits.get(socket) ?? { pending: 0, timer: undefined };
    if (!this.#waits.has(socket)) {
      this.#waits.set(socket, wait);
      socket.once("close", () => this.release(socket));
    }
    clearTimeout(wait.timer);
    // where this process was busy for so long, what has come meanwhile is read first
    const late = () => setImmediate(() => wait.timer === timer && socket.destroy());
    const timer = setTimeout(late, limitMs).unref();
    wait.timer = timer;
  }

  /** It has asked: nothing is expected of it until it is answered. @returns false where it has asked too much, and is gone */
  asked(socket: Socket): boolean {
    const wait = this.#waits.get(socket);
    if (wait === undefined) return false;
    clearTimeout(wait.timer);
    wait.timer = undefined;
    if (++wait.pending <= MOST_PENDING) return true;
    socket.destroy();
    return false;
  }

  /** An answer has gone out. */
  answered(socket: Socket): void {
    const wait = this.#waits.get(socket);
    if (wait !== undefined && --wait.pending === 0) this.expect(socket);
  }

  /** It has become something else, or is gone. */
  release(socket: Socket): void {
    const wait = this.#waits.get(socket);
    if (wait === undefined) return;
    clearTimeout(wait.timer);
    wait.timer = undefined;
    this.#waits.delete(socket);
  }

  /** Hangs up on all. */
  close(): void {
    for (const socket of [...this.#waits.keys()]) socket.destroy();
  }
}
