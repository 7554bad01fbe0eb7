import type { Connection } from "./connection/connection.ts";
import type { Connections } from "./connection/connections.ts";
import { drainConnections } from "./connection/drain.ts";
import { shedConnections } from "./connection/shed.ts";
import { pause } from "./pause.ts";
import type { Transport } from "./transport/transport.ts";

export interface AdmissionOptions {
  readonly connections: Connections;
  readonly transport: Pick<Transport, "listen" | "stopListening">;
  /** How long connections that are told to go may stay, in milliseconds. */
  readonly limitMs: number;
  /** Calls that go on without a connection. */
  others(): number;
  /** Ends what would not end by itself while a connection is there. */
  leaving(connection: Connection): void;
  /** It cannot listen again. */
  failed(error: Error): void;
}

/** How a socket worker is to make room for others, for a while. */
export interface ShedOrder {
  /** How many connections are to go. */
  readonly count: number;
  /** Over how long they are told, in milliseconds. */
  readonly overMs: number;
  /** With so many connections it takes no more. @default no limit */
  readonly upTo?: number | undefined;
  /** After so many milliseconds it takes connections again, whatever became of who ordered this. */
  readonly forMs: number;
}

/**
 * Where others serve, who connected in the last moment is served as well, in milliseconds: its request for a WebSocket
 * is on its way, and a refusal would cost it a wait.
 */
const LATECOMERS_MS = 300;

/** Whether a socket worker takes connections, and how it lets go of those it has. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #hurry = new AbortController();
  #listening = false;
  #wanted = true;
  #changing: Promise<void> = Promise.resolve();
  #upTo = Number.POSITIVE_INFINITY;
  #again: NodeJS.Timeout | undefined;
  #shedding = new AbortController();
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Whether a request for a WebSocket is granted. */
  get open(): boolean {
    return !this.#closed;
  }

  /** Whether this host serves, as far as is known here: others do where this process alone is to go. */
  get ready(): boolean {
    return !this.#hurry.signal.aborted;
  }

  /** Begins to take connections. @returns the port */
  async listen(): Promise<number> {
    const port = await this.#options.transport.listen();
    this.#listening = true;
    return port;
  }

  /** There is one connection more. */
  opened(): void {
    if (this.#options.connections.size >= this.#upTo) void this.#want(false);
  }

  /** Takes connections again, without a limit. Resolves when it does. */
  accept(): Promise<void> {
    clearTimeout(this.#again);
    this.#shedding.abort();
    this.#upTo = Number.POSITIVE_INFINITY;
    return this.#draining === undefined ? this.#want(true) : Promise.resolve();
  }

  /** Makes room for others. @returns how many connections went, once they are gone */
  shed({ count, overMs, upTo = Number.POSITIVE_INFINITY, forMs }: ShedOrder): Promise<number> {
    if (this.#draining !== undefined) return Promise.resolve(0);
    this.#shedding.abort();
    this.#shedding = new AbortController();
    this.#upTo = upTo;
    this.opened();
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.accept(), forMs);
    if (count === 0) return Promise.resolve(0);
    const { connections, limitMs, leaving } = this.#options;
    return shedConnections({ connections, count, overMs, limitMs, signal: this.#shedding.signal, leaving });
  }

  /**
   * Takes no more connections, lets calls in flight finish, tells clients to come back, and closes. A later call that
   * says nothing of others hurries an earlier one.
   *
   * @param overMs others serve meanwhile: see {@link drainConnections}
   */
  drain(overMs?: number): Promise<void> {
    if (overMs === undefined) {
      this.#closed = true;
      this.#hurry.abort();
    }
    this.#draining ??= this.#drain(overMs);
    return this.#draining;
  }

  async #drain(overMs: number | undefined): Promise<void> {
    const { signal: hurry } = this.#hurry;
    clearTimeout(this.#again);
    this.#shedding.abort();
    void this.#want(false);
    if (overMs !== undefined) await pause(LATECOMERS_MS, hurry);
    this.#closed = true;
    const { connections, limitMs, others, leaving } = this.#options;
    await drainConnections({ connections, limitMs, overMs, hurry, others, leaving });
  }

  /** One after the other, as listening takes a moment; only what was wanted last counts. */
  #want(listening: boolean): Promise<void> {
    this.#wanted = listening;
    if (!listening && this.#listening) this.#stop();
    this.#changing = this.#changing.then(async () => {
      if (this.#wanted === this.#listening) return;
      if (!this.#wanted) this.#stop();
      else await this.listen().catch((error: Error) => this.#options.failed(error));
    });
    return this.#changing;
  }

  #stop(): void {
    this.#options.transport.stopListening();
    this.#listening = false;
  }
}
