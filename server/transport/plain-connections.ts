import type { Socket } from "node:net";

/**
 * Connections that are no WebSockets, or not yet. Each has to come to the point in time: with its greeting, a whole
 * request, or the next one, however much else it says meanwhile.
 */
export class PlainConnections {
  readonly #waits = new Map<Socket, NodeJS.Timeout | undefined>();
  readonly #limitMs: number;

  /** @param limitMs how long each may take */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Something has to come of it within a time, in milliseconds, or it is hung up on. @default as for all */
  expect(socket: Socket, limitMs = this.#limitMs): void {
    if (!this.#waits.has(socket)) socket.once("close", () => this.release(socket));
    clearTimeout(this.#waits.get(socket));
    // where this process was busy for so long, what has come meanwhile is read first
    const late = () => setImmediate(() => this.#waits.get(socket) === timer && socket.destroy());
    const timer = setTimeout(late, limitMs).unref();
    this.#waits.set(socket, timer);
  }

  /** It came to the point: nothing is expected of it until it is answered. */
  hold(socket: Socket): void {
    clearTimeout(this.#waits.get(socket));
    this.#waits.set(socket, undefined);
  }

  /** It has become something else, or is gone. */
  release(socket: Socket): void {
    clearTimeout(this.#waits.get(socket));
    this.#waits.delete(socket);
  }

  /** Hangs up on all. */
  close(): void {
    for (const socket of [...this.#waits.keys()]) socket.destroy();
  }
}
