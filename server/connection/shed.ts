import { pause } from "../pause.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { Farewells, isQuiet } from "./farewells.ts";

export interface ShedOptions {
  readonly connections: Connections;
  /** How many are to go. */
  readonly count: number;
  /** Over how long they are told, one after the other, in milliseconds. */
  readonly overMs: number;
  /** How long one that was told may stay, in milliseconds. */
  readonly limitMs: number;
  /** Nobody else is told to go. Who was goes all the same. */
  readonly signal: AbortSignal;
  leaving(connection: Connection): void;
}

/** Those told in one moment come back spread over this, in milliseconds. */
const RETURN_SPREAD_MS = 100;
/** How long somebody who can be told to go is looked for beyond `overMs`, in milliseconds. */
const SEARCH_MS = 2_000;
const LOOK_MS = 20;

/**
 * Sends some connections away, that others serve better: first those without calls in flight, then those whose calls
 * are soon answered. Whoever waits for something that lasts is not disturbed for the sake of balance, so that fewer may
 * go than were to.
 * @returns how many were told; all of them are gone
 */
export async function shedConnections(options: ShedOptions): Promise<number> {
  const { connections, count, overMs, limitMs, signal, leaving } = options;
  const farewells = new Farewells({ reason: "balance", limitMs, quietMs: limitMs, leaving });
  const search = new Search(connections, farewells);
  const begun = performance.now();
  for (;;) {
    const elapsed = performance.now() - begun;
    const due = Math.ceil(count * Math.min(1, elapsed / overMs)) - farewells.total;
    const over = signal.aborted || farewells.total >= count || elapsed >= overMs + SEARCH_MS;
    if (!over && due > 0) {
      for (const connection of search.find(due)) farewells.tell(connection, Math.random() * RETURN_SPREAD_MS);
    }
    farewells.look();
    if (over && farewells.left === 0) return farewells.total;
    await pause(LOOK_MS);
  }
}

interface Answerable {
  readonly over: boolean;
}

/** Finds connections that can go. */
class Search {
  readonly #connections: Connections;
  readonly #farewells: Farewells;
  /** What was in flight when a connection was first seen: where that is over, its calls are short ones. */
  readonly #inFlight = new Map<Connection, readonly Answerable[]>();

  constructor(connections: Connections, farewells: Farewells) {
    this.#connections = connections;
    this.#farewells = farewells;
  }

  find(count: number): readonly Connection[] {
    const found: Connection[] = [];
    const busy: Connection[] = [];
    for (const connection of this.#connections.values()) {
      if (this.#farewells.has(connection) || !connection.open) continue;
      if (isQuiet(connection)) found.push(connection);
      else busy.push(connection);
      if (found.length === count) return found;
    }
    const soon = busy.filter((connection) => this.#isSoonQuiet(connection));
    return found.concat(soon.slice(0, count - found.length));
  }

  #isSoonQuiet(connection: Connection): boolean {
    if ((connection.clientCalls?.size ?? 0) > 0) return false;
    const before = this.#inFlight.get(connection);
    if (before !== undefined) return before.every(({ over }) => over);
    this.#inFlight.set(connection, [...(connection.calls?.values() ?? [])]);
    return false;
  }
}
