import { CloseCode } from "../../shared/codes.ts";
import { pause } from "../pause.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { Farewells } from "./farewells.ts";

export interface DrainOptions {
  readonly connections: Connections;
  /** How long calls in flight may take, in milliseconds. */
  readonly limitMs: number;
  /**
   * Others serve meanwhile, so that clients are told one after the other, over so many milliseconds, and come back at
   * once. @default nobody else does: all are told at once, and come back spread out
   */
  readonly overMs?: number | undefined;
  /** Nobody else serves any more: whoever has not been told is told now. */
  readonly hurry: AbortSignal;
  /** Calls that go on without a connection: their clients will come and ask for the answers. */
  others(): number;
  /** Ends what would not end by itself while a connection is there. */
  leaving(connection: Connection): void;
}

/** Nobody comes back before this, in milliseconds: whoever finds nobody there has to wait again, and then with many others. */
const SOONEST_RETURN_MS = 1_000;
/** Then clients come back spread over at least this long, in milliseconds, and so much for each connection. */
const SMALLEST_SPREAD_MS = 1_000;
const SPREAD_PER_CONNECTION_MS = 2;
/** Where others serve: those told in one moment come back spread over this, in milliseconds. */
const SMALL_SPREAD_MS = 100;
/** A client has so long to read GOAWAY, and what it sent before to arrive, in milliseconds. */
const QUIET_MS = 1_000;
/** How often it is looked whether all calls are answered, in milliseconds. */
const LOOK_MS = 20;
/** How long the close frames have to get out, in milliseconds. */
const GOODBYE_MS = 100;

/**
 * Says goodbye to all connections: GOAWAY, so that clients finish and ask for nothing new; then, when the calls in
 * flight, in either direction, are answered and the answers have left, or `limitMs` is over, close code 1012.
 */
export async function drainConnections(options: DrainOptions): Promise<void> {
  const { connections, limitMs, overMs = 0, hurry, others, leaving } = options;
  const farewells = new Farewells({ reason: "restart", limitMs, quietMs: Math.min(QUIET_MS, limitMs), leaving });
  const total = connections.size;
  const begun = performance.now();
  const alone = () => options.overMs === undefined || hurry.aborted;
  const spread = Math.max(SMALLEST_SPREAD_MS, SPREAD_PER_CONNECTION_MS * total);
  const returnMs = () =>
    alone() ? SOONEST_RETURN_MS + Math.random() * spread : Math.round(Math.random() * SMALL_SPREAD_MS);
  let deadline = Number.POSITIVE_INFINITY;

  while (performance.now() < deadline) {
    const share = alone() ? 1 : Math.min(1, (performance.now() - begun) / overMs);
    // whoever came in the last moment is told as well
    if (share === 1) tell(connections, farewells, Number.POSITIVE_INFINITY, returnMs);
    else tell(connections, farewells, Math.ceil(total * share), returnMs);
    farewells.look();
    if (share === 1) {
      if (connections.size === 0 && others() === 0) break;
      deadline = Math.min(deadline, performance.now() + limitMs);
    }
    await pause(LOOK_MS);
  }
  for (const connection of [...connections.values()]) connection.close(CloseCode.RESTART);
  if (farewells.total > 0) await pause(GOODBYE_MS);
}

/** Tells more connections, until `count` have been. */
function tell(connections: Connections, farewells: Farewells, count: number, returnMs: () => number): void {
  if (farewells.total >= count || connections.size === farewells.left) return;
  for (const connection of connections.values()) {
    if (farewells.has(connection)) continue;
    farewells.tell(connection, returnMs());
    if (farewells.total >= count) return;
  }
}
