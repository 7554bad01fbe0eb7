import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** How long beyond the drain limit a socket worker may take to end before it is killed, in milliseconds. */
const LAST_GRACE_MS = 3_000;
/** How much longer where hooks are to be undone, or events to be handed to brokers: these have five seconds. */
const LAST_WORK_MS = 6_000;
/** Clients of one that others serve for are told to go one after the other: over this at least, and so much for each. */
const SMALLEST_OVER_MS = 500;
const OVER_PER_CONNECTION_MS = 2;
/** How long one may take to say how many connections it has, in milliseconds; so many are assumed then. */
const STATUS_MS = 1_000;
const UNKNOWN_CONNECTIONS = 5_000;

/** Over how long clients of some socket workers are told to go where others serve, in milliseconds. */
export async function farewellMs(leaving: readonly Pick<WorkerProcess, "serving" | "status">[]): Promise<number> {
  const serving = leaving.filter((process) => process.serving);
  let connections = 0;
  for (const status of await Promise.all(serving.map((process) => process.status(STATUS_MS)))) {
    connections += status?.connections ?? UNKNOWN_CONNECTIONS;
  }
  return Math.max(SMALLEST_OVER_MS, OVER_PER_CONNECTION_MS * connections);
}

/** How long a socket worker may take to end, in milliseconds. */
export function longestEndMs({
  drainMs,
  hooks,
  simulate,
  gatewayRedis,
  gatewayAmqp,
}: Pick<Config, "drainMs" | "hooks" | "simulate" | "gatewayRedis" | "gatewayAmqp">): number {
  const hasWork = hooks.length > 0 || simulate > 0 || gatewayRedis !== "" || gatewayAmqp !== "";
  return drainMs + LAST_GRACE_MS + (hasWork ? LAST_WORK_MS : 0);
}

/**
 * Has a socket worker end in order, and ends it by force where it does not. Resolves when it is gone.
 * @param limitMs how long it may take: see {@link longestEndMs}
 * @param overMs others serve meanwhile: see {@link WorkerProcess.drain}
 */
export async function endWorker(
  process: Pick<WorkerProcess, "number" | "drain" | "kill" | "gone">,
  limitMs: number,
  log: Pick<Logger, "warn">,
  overMs?: number,
): Promise<void> {
  process.drain(overMs);
  const timer = setTimeout(
    () => {
      log.warn({ worker: process.number }, "a socket worker did not end in time and is killed");
      process.kill();
    },
    (overMs ?? 0) + limitMs,
  );
  await process.gone;
  clearTimeout(timer);
}
