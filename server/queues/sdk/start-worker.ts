import { createLogger, type Logger } from "../../logger.ts";
import { endOnSignals } from "../../roles/signals.ts";
import { StartError } from "../../start-error.ts";
import { createWorker, type Worker } from "./worker.ts";
import type { WorkerSettings } from "./worker-options.ts";
import type { WorkerProcedures } from "./worker-procedures.ts";

/** What `fugitive worker` asks for. */
export interface WorkerRequest {
  /** The module as it was named, and where it is. */
  readonly file: string;
  readonly url: URL;
  readonly settings: WorkerSettings;
}

/** How often it is said what an end waits for, in milliseconds. */
const PROGRESS_MS = 2_000;

/** Runs the procedures that a module exports, until the process is told to end. */
export async function startWorker({ file, url, settings }: WorkerRequest): Promise<void> {
  const { group, concurrency, graceMs, name, retryMs, claimAfterMs, quorum, amqpUrl, redisUrl } = settings;
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat });
  const procedures = await loadProcedures(url, file);
  let worker: Worker;
  try {
    worker = createWorker({
      ...{ group, procedures, concurrency, name, retryMs, claimAfterMs, log, quorum: quorum === "on" },
      ...(amqpUrl === "" ? { redisUrl } : { amqpUrl }),
    });
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
  log.info({ group, concurrency, procedures: Object.keys(procedures.procedures) }, "working");
  endOnSignals({ log, end: () => end(worker, graceMs, log), kill: () => undefined, reload: () => undefined });
}

async function end(worker: Worker, graceMs: number, log: Logger): Promise<void> {
  const tell = (): void => log.info({ running: worker.running }, "ending: jobs are under way");
  if (worker.running > 0) tell();
  const telling = setInterval(tell, PROGRESS_MS);
  const handedBack = await worker.close(graceMs);
  clearInterval(telling);
  const { results, errors, failures } = worker.stats();
  log.info({ results, errors, failures, handedBack }, "ended");
}

async function loadProcedures(url: URL, file: string): Promise<WorkerProcedures> {
  const { procedures, default: fallback } = (await import(url.href)) as { procedures?: unknown; default?: unknown };
  for (const found of [procedures, fallback]) {
    const { procedures: named } = (found ?? {}) as { procedures?: unknown };
    if (typeof named === "object" && named !== null) return found as WorkerProcedures;
  }
  throw new StartError(`${file} exports no procedures; it needs: export const procedures = defineProcedures({ … });`);
}
