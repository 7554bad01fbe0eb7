import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Somebody who serves connections: a socket worker. */
export interface Taker {
  /** Gets a connection that nobody has read a byte of. Whoever deals it closes its own end of it once it is told. */
  take(connection: Socket): void;
}

export interface DealerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Connections that may wait here for somebody to take them. @default 4_096 */
  readonly mostWaiting?: number;
  /** Connections had to be refused, usually for want of descriptors. */
  refused(): void;
}

/** Connections the kernel keeps until they are accepted, and that may wait here for somebody to take them. */
const BACKLOG = 4_096;
/** Who could not be given a connection is given none for so long, in milliseconds. */
const REST_MS = 1_000;

/**
 * Accepts connections and deals them to those who take them, in turn: one at a time to each, so that who is busy gets
 * fewer. What a taker was given when it died ends, so that its client finds that out at once and comes again; it may
 * have been read already, so that nobody else could serve it.
 *
 * The cluster module of Node.js deals connections as well, but keeps one open for ever that is on its way to a process
 * that dies: its client hangs, and so does the descriptor.
 */
export class Dealer {
  readonly #options: DealerOptions;
  readonly #server: Server;
  readonly #takers = new Set<Taker>();
  /** Those who have nothing on its way to them, whose turn is next first. */
  readonly #free = new Set<Taker>();
  /** Undefined where somebody rests. */
  readonly #dealt = new Map<Taker, Socket | undefined>();
  #waiting: Socket[] = [];
  #closed = false;
  #listening: Promise<number> | undefined;

  constructor(options: DealerOptions) {
    this.#options = options;
    this.#server = createServer({ pauseOnConnect: true }, (connection) => this.#accepted(connection));
  }

  /** Resolves when it listens; at once where it has not begun to. Rejects where the port is not to be had. */
  get listening(): Promise<unknown> {
    return this.#listening ?? Promise.resolve();
  }

  /** Accepts connections from now on. @returns the port; rejects where it is not to be had */
  listen(): Promise<number> {
    this.#listening ??= this.#listen();
    return this.#listening;
  }

  /** Somebody takes connections from now on. With the first one it is listened for them. */
  join(taker: Taker): void {
    // whoever waits for it is told
    this.listen().catch(() => undefined);
    this.#takers.add(taker);
    if (!this.#dealt.has(taker)) this.#free.add(taker);
    this.#deal();
  }

  /** Somebody takes no more for now. What was given to it meanwhile it gives back. */
  leave(taker: Taker): void {
    this.#takers.delete(taker);
    this.#free.delete(taker);
  }

  /** Somebody has got what it was given. @param taken whether it keeps it; otherwise somebody else gets it */
  told(taker: Taker, taken: boolean): void {
    const connection = this.#dealt.get(taker);
    this.#dealt.delete(taker);
    if (this.#takers.has(taker)) this.#free.add(taker);
    // who is given back at the end is hung up on like all who wait
    if (taken || this.#closed) connection?.destroy();
    else if (connection !== undefined) this.#waiting.unshift(connection);
    this.#deal();
  }

  /** What somebody was given did not arrive, as where too many files are open there: somebody else gets it. */
  lost(taker: Taker): void {
    const connection = this.#dealt.get(taker);
    if (connection === undefined) return;
    this.#options.refused();
    this.#dealt.set(taker, undefined);
    setTimeout(() => {
      if (this.#dealt.has(taker)) this.told(taker, false);
    }, REST_MS).unref();
    if (this.#closed) connection.destroy();
    else this.#waiting.unshift(connection);
    this.#deal();
  }

  /** Somebody is no more. */
  gone(taker: Taker): void {
    this.leave(taker);
    this.#dealt.get(taker)?.destroy();
    this.#dealt.delete(taker);
  }

  /** Accepts nothing more, and hangs up on those who wait. */
  close(): void {
    this.#closed = true;
    if (this.#server.listening) this.#server.close();
    for (const connection of this.#waiting.splice(0)) connection.destroy();
  }

  #listen(): Promise<number> {
    const { host, port, refused } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      // not for node:cluster to share
      server.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => {
        server.off("error", reject);
        // later errors are the kernel's on single accepts: it goes on
        server.on("error", refused);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #accepted(connection: Socket): void {
    // nobody here reads it, so that there is nothing to be told of
    connection.on("error", () => undefined);
    if (this.#waiting.length >= (this.#options.mostWaiting ?? BACKLOG)) {
      connection.destroy();
      this.#options.refused();
      return;
    }
    this.#waiting.push(connection);
    this.#deal();
  }

  #deal(): void {
    for (const taker of this.#free) {
      const connection = this.#waiting.shift();
      if (connection === undefined) return;
      this.#free.delete(taker);
      this.#dealt.set(taker, connection);
      taker.take(connection);
    }
  }
}
