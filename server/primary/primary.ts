import cluster from "node:cluster";
import type { TaskDefinition } from "../compute/hosted-task.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import type { BusHub } from "./bus-hub.ts";
import { ComputeProcess } from "./compute-process.ts";
import { createBusHub } from "./create-bus-hub.ts";
import { RestartDelay } from "./restart-delay.ts";
import { WorkerProcess, type WorkerProcessHooks } from "./worker-process.ts";

export interface PrimaryOptions {
  readonly config: Config;
  readonly log: Logger;
}

/** A socket worker that does not serve after so many milliseconds never will. */
const LONGEST_START_MS = 60_000;
/** How long beyond the drain limit a socket worker may take to end before it is killed, in milliseconds. */
const LAST_GRACE_MS = 3_000;

/** The primary: forks the socket workers, deals them the connections, replaces those that die, and ends them in order. */
export class Primary {
  readonly bus: BusHub;
  readonly #options: PrimaryOptions;
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #delays = new Map<number, RestartDelay>();
  /** Started when the first socket worker asks for it, and not for an application that has no use for it. */
  #compute: ComputeProcess | undefined;
  #computeStarted: Promise<void> | undefined;
  #up = false;
  #closing: Promise<void> | undefined;
  #port: number;
  #allGone: (() => void) | undefined;

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#port = options.config.port;
    this.bus = createBusHub(options.config, {
      failed: (error) => options.log.warn({ error }, "the bus could not take a connection"),
      stuck: (number) => this.#kill(number, "it takes nothing from the bus"),
    });
  }

  /** The port that clients connect to. */
  get port(): number {
    return this.#port;
  }

  /** The socket workers that live, by number. */
  get workers(): readonly WorkerProcess[] {
    return [...this.#workers.values()].sort((a, b) => a.number - b.number);
  }

  get compute(): ComputeProcess | undefined {
    return this.#compute;
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Starts everything. Resolves when all socket workers serve; rejects, all ended, when one of them cannot. */
  async start(): Promise<void> {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    await this.bus.listen();
    const numbers = Array.from({ length: this.#options.config.workers }, (_, index) => index + 1);
    try {
      await Promise.all(numbers.map((number) => this.#firstStart(number)));
      await this.#computeStarted;
      this.#up = true;
    } catch (error) {
      for (const worker of this.#workers.values()) worker.kill();
      await this.close();
      throw error;
    }
  }

  /** Drains and ends all socket workers, then the bus. Safe to call again: it is the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Whether clients are welcome and somebody serves them. */
  get ready(): boolean {
    return !this.closing && this.workers.some(({ serving }) => serving);
  }

  /** Ends everything at once. */
  kill(): void {
    for (const worker of this.#workers.values()) worker.kill();
    this.compute?.kill();
    this.bus.close();
  }

  async #close(): Promise<void> {
    if (this.#workers.size > 0) {
      const gone = new Promise<void>((resolve) => {
        this.#allGone = resolve;
      });
      for (const worker of this.#workers.values()) {
        // one that still starts may not listen to us yet, and has nobody to say goodbye to
        if (worker.serving) worker.tell({ type: "drain" });
        else worker.kill();
      }
      const timer = setTimeout(() => {
        this.#options.log.warn("some socket workers did not end in time and are killed");
        this.kill();
      }, this.#options.config.drainMs + LAST_GRACE_MS);
      await gone;
      clearTimeout(timer);
    }
    // not before the last call that may need it
    await this.compute?.close();
    this.bus.close();
  }

  #firstStart(number: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      this.#fork(number, {
        serving: resolve,
        // not rejected before it has ended: it still has to write out what exactly went wrong
        failed: (message, code) => {
          failure = new StartError(`socket worker ${number} cannot serve: ${message}`, { code });
        },
        exited: (how) => reject(failure ?? new StartError(`socket worker ${number} ended before it served (${how})`)),
      });
    });
  }

  #fork(number: number, first?: FirstStart): void {
    const { config, log } = this.#options;
    let served = false;
    const birth = { worker: number, bus: this.bus.address, config: { ...config, port: this.#port } };
    const hooks: WorkerProcessHooks = {
      serving: (port) => {
        clearTimeout(late);
        served = true;
        this.#port = port;
        log.debug({ worker: number, worker_pid: worker.pid }, "socket worker serves");
        first?.serving();
      },
      failed: (message, code) => {
        if (first !== undefined) first.failed(message, code);
        else log.error({ worker: number }, `a socket worker cannot serve: ${message}`);
      },
      computeNeeded: (tasks) => this.#startCompute(tasks),
      exited: (how) => {
        clearTimeout(late);
        this.#workers.delete(number);
        if (this.#workers.size === 0) this.#allGone?.();
        if (!served && first !== undefined) first.exited(how);
        else if (!this.closing) this.#replace(worker, how);
      },
    };
    const worker = new WorkerProcess(birth, hooks);
    this.#workers.set(number, worker);
    const late = setTimeout(() => {
      hooks.failed(`it took longer than ${LONGEST_START_MS / 1000} s to start`, undefined);
      worker.kill();
    }, LONGEST_START_MS);
  }

  #replace(dead: WorkerProcess, how: string): void {
    const { number, pid, bornAt } = dead;
    const when = this.#delayOf(number).schedule(performance.now() - bornAt, () => {
      if (!this.closing) this.#fork(number);
    });
    this.#options.log.error({ worker: number, worker_pid: pid }, `a socket worker died (${how}); replacing it ${when}`);
  }

  #startCompute(sources: readonly TaskDefinition[]): void {
    if (this.#compute !== undefined || this.closing) return;
    const { config, log } = this.#options;
    const { compute: path, secret } = this.bus.address;
    const compute = new ComputeProcess({ bus: { path, secret }, config, sources }, log);
    this.#compute = compute;
    if (this.#up) compute.start();
    else {
      this.#computeStarted = compute.startOrFail();
      // not before the socket workers serve does anybody wait for it
      this.#computeStarted.catch(() => undefined);
    }
  }

  #delayOf(number: number): RestartDelay {
    const delay = this.#delays.get(number) ?? new RestartDelay();
    this.#delays.set(number, delay);
    return delay;
  }

  #kill(number: number, why: string): void {
    this.#options.log.error({ worker: number }, `killing a socket worker: ${why}`);
    this.#workers.get(number)?.kill();
  }
}

/** What is different when a worker starts for the first time: failing is not its own business but everybody's. */
interface FirstStart {
  serving(): void;
  failed(message: string, code: string | undefined): void;
  exited(how: string): void;
}
