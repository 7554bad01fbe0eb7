import { CloseCode } from "../../shared/codes.ts";
import { Kind } from "../../shared/message.ts";
import type { Connection } from "./connection.ts";

export interface FarewellsOptions {
  /** What GOAWAY gives as its reason. */
  readonly reason: "restart" | "balance";
  /** How long a connection that was told to go may stay whatever it does, in milliseconds. */
  readonly limitMs: number;
  /**
   * How long one that does nothing may, in milliseconds. What a client sent before it read GOAWAY is on its way: to
   * close at once would cost it the answer.
   */
  readonly quietMs: number;
  /** Ends what would not end by itself while this connection is there. */
  leaving(connection: Connection): void;
}

/** Connections that were told to go: clients that know GOAWAY leave by themselves, and the others are closed with 1012. */
export class Farewells {
  readonly #options: FarewellsOptions;
  /** When each was told, by `performance.now()`. */
  readonly #told = new Map<Connection, number>();
  #total = 0;

  constructor(options: FarewellsOptions) {
    this.#options = options;
  }

  /** How many were ever told. */
  get total(): number {
    return this.#total;
  }

  /** How many of them were there when it was last looked. */
  get left(): number {
    return this.#told.size;
  }

  has(connection: Connection): boolean {
    return this.#told.has(connection);
  }

  /** @param reconnectAfterMs when its client may come back, in milliseconds */
  tell(connection: Connection, reconnectAfterMs: number): void {
    this.#told.set(connection, performance.now());
    this.#total++;
    connection.send([Kind.GOAWAY, this.#options.reason, { reconnectAfterMs: Math.round(reconnectAfterMs) }]);
    this.#options.leaving(connection);
  }

  /** Forgets who is gone, and closes who is due. */
  look(): void {
    const { limitMs, quietMs } = this.#options;
    const now = performance.now();
    for (const [connection, since] of this.#told) {
      if (!connection.open) this.#told.delete(connection);
      else if (now - since >= limitMs || (now - since >= quietMs && isQuiet(connection))) {
        this.#told.delete(connection);
        connection.close(CloseCode.RESTART);
      }
    }
  }
}

/**
 * Whether no call is in flight, in either direction, none waits to be begun, and all answers have left: one that has not
 * is no answer yet.
 */
export function isQuiet({ calls, clientCalls, unsent, idle }: Connection): boolean {
  return (calls === undefined || allOutlive(calls)) && (clientCalls?.size ?? 0) === 0 && unsent === 0 && idle;
}

/** Whether there is none whose answer needs the connection: those that a queue keeps are answered on another one. */
function allOutlive(calls: NonNullable<Connection["calls"]>): boolean {
  for (const { outlives } of calls.values()) if (!outlives) return false;
  return true;
}
