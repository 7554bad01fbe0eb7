import { setTimeout as delay } from "node:timers/promises";
import { CloseCode } from "../../shared/codes.ts";
import { Kind } from "../../shared/message.ts";
import type { Connections } from "./connections.ts";

/** Nobody comes back before this, in milliseconds: whoever finds nobody there has to wait again, and then with many others. */
const SOONEST_RETURN_MS = 1_000;
/** Then clients come back spread over at least this long, in milliseconds, and so much for each connection. */
const SMALLEST_SPREAD_MS = 1_000;
const SPREAD_PER_CONNECTION_MS = 2;
/** How often it is looked whether all calls are answered, in milliseconds. */
const LOOK_MS = 20;
/** How long the close frames have to get out, in milliseconds. */
const GOODBYE_MS = 100;

/**
 * Says goodbye to all connections: GOAWAY at once, so that clients finish and ask for nothing new; then, when the
 * calls in flight, in either direction, are answered and the answers have left, or `limitMs` is over, close code 1012.
 *
 * @param others calls that go on without a connection: their clients will come and ask for the answers
 * @param told called once all have been told to go, to end what would not end by itself
 */
export async function drainConnections(
  connections: Connections,
  limitMs: number,
  others: () => number,
  told: () => void = () => {},
): Promise<void> {
  const spread = Math.max(SMALLEST_SPREAD_MS, SPREAD_PER_CONNECTION_MS * connections.size);
  for (const connection of connections.values()) {
    const reconnectAfterMs = SOONEST_RETURN_MS + Math.round(Math.random() * spread);
    connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs }]);
  }
  told();
  // an answer that has not left is no answer yet
  await until(() => others() === 0 && !anyCalls(connections) && !anyUnsent(connections), limitMs);
  if (connections.size === 0) return;
  for (const connection of [...connections.values()]) connection.close(CloseCode.RESTART);
  await delay(GOODBYE_MS);
}

function anyCalls(connections: Connections): boolean {
  for (const { calls, clientCalls } of connections.values()) {
    if ((calls?.size ?? 0) > 0 || (clientCalls?.size ?? 0) > 0) return true;
  }
  return false;
}

function anyUnsent(connections: Connections): boolean {
  for (const connection of connections.values()) if (connection.unsent > 0) return true;
  return false;
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition() && performance.now() < end) await delay(LOOK_MS);
}
