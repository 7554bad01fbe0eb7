import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import type { Generation } from "./generation.ts";
import { WorkerProcess, type WorkerProcessHooks } from "./worker-process.ts";

/** A socket worker that does not serve after so many milliseconds never will. */
const LONGEST_START_MS = 60_000;

/** Where failing is not a worker's own business but that of who started it. */
export interface FirstStart {
  serving(): void;
  failed(message: string, code: string | undefined): void;
  exited(how: string): void;
}

export interface ForkOptions {
  readonly number: number;
  readonly member: number;
  readonly generation: Generation;
  readonly config: Config;
  readonly log: Pick<Logger, "debug" | "error">;
  readonly first: FirstStart | undefined;
  serving(port: number): void;
  fellBack(reason: string): void;
  draining(): void;
  taking(taking: boolean): void;
  took(taken: boolean): void;
  missed(): void;
  /** @param reported whether that was told to who started it */
  exited(how: string, reported: boolean): void;
}

/** Forks a socket worker, and ends it where it does not serve in time. */
export function forkWorker(options: ForkOptions): WorkerProcess {
  const { number, member, generation, config, log, first } = options;
  let served = false;
  const hooks: WorkerProcessHooks = {
    serving(port) {
      clearTimeout(late);
      served = true;
      log.debug({ worker: number, worker_pid: worker.pid }, "socket worker serves");
      first?.serving();
      options.serving(port);
    },
    fellBack: options.fellBack,
    draining: options.draining,
    taking: options.taking,
    took: options.took,
    missed: options.missed,
    failed(message, code) {
      if (first !== undefined) first.failed(message, code);
      else log.error({ worker: number }, `a socket worker cannot serve: ${message}`);
    },
    computeNeeded: (tasks) => generation.startCompute(tasks),
    exited(how) {
      clearTimeout(late);
      const reported = !served && first !== undefined;
      if (reported) first.exited(how);
      options.exited(how, reported);
    },
  };
  const worker = new WorkerProcess({ worker: number, member, bus: generation.address, config }, hooks);
  const late = setTimeout(() => {
    hooks.failed(`it took longer than ${LONGEST_START_MS / 1000} s to start`, undefined);
    worker.kill();
  }, LONGEST_START_MS);
  return worker;
}

/** @returns a first start, and the promise that settles as it ends: a rejection says what is wrong with `name` */
export function firstStart(name: string): { first: FirstStart; serves: Promise<void> } {
  let first: FirstStart | undefined;
  const serves = new Promise<void>((resolve, reject) => {
    let failure: Error | undefined;
    first = {
      serving: resolve,
      // not rejected before it has ended: it still has to write out what exactly went wrong
      failed(message, code) {
        failure = new StartError(`${name} cannot serve: ${message}`, { code });
      },
      exited: (how) => reject(failure ?? new StartError(`${name} ended before it served (${how})`)),
    };
  });
  return { first: first as FirstStart, serves };
}
