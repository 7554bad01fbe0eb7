import { AppError } from "../shared/errors.ts";
import type { Counters } from "./metrics.ts";
import { within } from "./within.ts";

/** What `$health` answers. */
export interface HealthReport {
  readonly ok: true;
  readonly pid: number;
  readonly worker: number;
  readonly node: string;
  readonly version: string;
  /** Seconds since this socket worker started. */
  readonly uptime: number;
  readonly connections: number;
  /** Channels and patterns with subscribers here. */
  readonly channels: number;
  /** Bytes of memory this process holds. */
  readonly memory: number;
  readonly counters: Counters;
}

/** What a report says of a socket worker, beyond what every process knows of itself. */
export interface HealthFacts
  extends Pick<HealthReport, "worker" | "node" | "version" | "connections" | "channels" | "counters"> {
  /** When it started, by `performance.now()`. */
  readonly started: number;
}

export interface HealthOptions {
  /** The application's own check: rejects, throws, or takes too long where it is not well. */
  readonly healthcheck: (() => unknown) | undefined;
  /** Milliseconds it may take. */
  readonly limitMs: number;
  report(): HealthReport;
  /** Told of what the check rejected with. */
  failed(error: unknown): void;
}

/** How a socket worker is. */
export function report({ worker, node, version, started, connections, channels, counters }: HealthFacts): HealthReport {
  return {
    ok: true,
    pid: process.pid,
    worker,
    node,
    version,
    uptime: (performance.now() - started) / 1000,
    connections,
    channels,
    memory: process.memoryUsage.rss(),
    counters,
  };
}

/** How long the outcome of a check is good for, in milliseconds. */
const FRESH_MS = 1_000;

/**
 * Makes the health check. Rejects with UNAVAILABLE where the application is not well; what its check threw on purpose
 * goes out as it is. However many ask, the application's check runs once at a time, and about once a second.
 */
export function createHealthCheck(options: HealthOptions): () => Promise<HealthReport> {
  let checked: Promise<void> | undefined;
  return async () => {
    checked ??= checkApplication(options).finally(() => {
      setTimeout(() => {
        checked = undefined;
      }, FRESH_MS).unref();
    });
    await checked;
    return options.report();
  };
}

async function checkApplication({ healthcheck, limitMs, failed }: HealthOptions): Promise<void> {
  if (healthcheck === undefined) return;
  try {
    const late = () => new Error(`The health check took longer than ${limitMs} ms.`);
    await within(Promise.resolve().then(healthcheck), limitMs, late);
  } catch (error) {
    failed(error);
    throw error instanceof AppError ? error : new AppError("UNAVAILABLE", "The application is not well.");
  }
}
