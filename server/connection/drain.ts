import { setTimeout as delay } from "node:timers/promises";
import { CloseCode } from "../../shared/codes.ts";
import { Kind } from "../../shared/message.ts";
import type { Connections } from "./connections.ts";

/** Clients are told to come back spread over at least this long, in milliseconds, and a millisecond per connection. */
const SMALLEST_SPREAD_MS = 1_000;
/** How often it is looked whether all calls are answered, and then whether everybody is gone. */
const LOOK_MS = 20;
/** How long the close frames may take to get out. */
const GOODBYE_MS = 1_000;

/**
 * Says goodbye to all connections: GOAWAY at once, so that clients finish and ask for nothing new; then, when the
 * calls in flight are answered or `limitMs` is over, close code 1012. Resolves when all are gone or were given up.
 */
export async function drainConnections(connections: Connections, limitMs: number): Promise<void> {
  const spread = Math.max(SMALLEST_SPREAD_MS, connections.size);
  for (const connection of connections.values()) {
    connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: Math.round(Math.random() * spread) }]);
  }
  await until(() => !anyCalls(connections), limitMs);
  for (const connection of [...connections.values()]) connection.close(CloseCode.RESTART);
  await until(() => connections.size === 0, GOODBYE_MS);
}

function anyCalls(connections: Connections): boolean {
  for (const { calls } of connections.values()) if (calls !== undefined && calls.size > 0) return true;
  return false;
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition() && performance.now() < end) await delay(LOOK_MS);
}
