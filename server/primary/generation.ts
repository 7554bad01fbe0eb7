import type { TaskDefinition } from "../compute/hosted-task.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { ComputeProcess } from "./compute-process.ts";
import type { BusAddresses } from "./control-message.ts";

export interface GenerationOptions {
  readonly address: BusAddresses;
  readonly config: Config;
  readonly log: Logger;
}

/**
 * The application's code as it was at one time: the socket workers that have loaded it have a compute host of their own,
 * that has loaded the same.
 */
export class Generation {
  /** What its socket workers need to find the primary's bus and its compute host's. */
  readonly address: BusAddresses;
  readonly #options: GenerationOptions;
  /** Started when the first socket worker asks for it, and not for an application that has no use for it. */
  #compute: ComputeProcess | undefined;
  #started: Promise<void> = Promise.resolve();
  #proven = false;
  #closing: Promise<void> | undefined;

  constructor(options: GenerationOptions) {
    this.address = options.address;
    this.#options = options;
  }

  get compute(): ComputeProcess | undefined {
    return this.#compute;
  }

  /** A socket worker has tasks. Before the generation is proven, one that cannot be loaded is a mistake to mend. */
  startCompute(sources: readonly TaskDefinition[]): void {
    if (this.#compute !== undefined || this.#closing !== undefined) return;
    const { config, log, address } = this.#options;
    const bus = { path: address.compute, secret: address.secret };
    const compute = new ComputeProcess({ bus, config, sources }, log);
    this.#compute = compute;
    if (this.#proven) {
      compute.start();
      return;
    }
    this.#started = compute.startOrFail();
    // not before the socket workers serve does anybody wait for it
    this.#started.catch(() => undefined);
  }

  /** Resolves when its compute host runs, where it needs one so far. Rejects where that cannot run or load its tasks. */
  ready(): Promise<void> {
    return this.#started;
  }

  /** It serves. What goes wrong from now on is tried again. */
  prove(): void {
    this.#proven = true;
  }

  /** Ends its compute host: not before the last call that may need it. */
  close(): Promise<void> {
    this.#closing ??= this.#compute?.close() ?? Promise.resolve();
    return this.#closing;
  }

  kill(): void {
    this.#compute?.kill();
  }
}
