import type { Emitter } from "../../shared/emitter.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { once } from "../once.ts";
import { pause } from "../pause.ts";
import { StartError } from "../start-error.ts";
import { fallbackText } from "../transport/fallback.ts";
import type { Dealer } from "./dealer.ts";
import { endWorker, farewellMs, longestEndMs } from "./end-worker.ts";
import { type FirstStart, firstStart, forkWorker } from "./fork-worker.ts";
import type { Generation } from "./generation.ts";
import type { PrimaryEvents } from "./primary-events.ts";
import { RestartDelay } from "./restart-delay.ts";
import { Steering } from "./steering.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface WorkersOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly dealer: Dealer;
  /** One serves that did not before. */
  served(): void;
  readonly events: Pick<Emitter<PrimaryEvents>, "emit">;
  /** One is about to end, or is no more. */
  left(): void;
}

/** The last client of one that has ended is back after so many milliseconds, as a rule. */
const RETURN_MS = 200;
/** An end that takes so much longer than it should, in milliseconds, is waited for in another way. */
const LATE_MS = 5_000;

/** What a worker's number stands for: the process that has it, or will be replaced under it. */
interface Slot {
  readonly number: number;
  generation: Generation;
  process: WorkerProcess | undefined;
  readonly delay: RestartDelay;
}

/**
 * The socket workers: forks them, replaces those that die, and lets go of those that are to end. Of one number there may
 * be several processes for a while, of which all but one are about to end, or have not begun to serve.
 */
export class Workers {
  readonly #options: WorkersOptions;
  /** What holds for one of them holds for all, and is said once. */
  readonly #fellBack: (reason: string) => void;
  readonly #slots = new Map<number, Slot>();
  readonly #processes = new Map<WorkerProcess, Generation>();
  #steering: Steering | undefined;
  #lastMember = 0;
  /** The port that clients connect to; 0 until one is found. */
  port: number;
  #closing = false;
  #deaths = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.port = options.config.port;
    this.#fellBack = once((reason: string) => options.log.warn(fallbackText(reason)));
  }

  /** All that live, by number; of one number the oldest first. */
  get all(): readonly WorkerProcess[] {
    return [...this.#processes.keys()].sort((a, b) => a.number - b.number || a.member - b.member);
  }

  /** How many died, and had to be replaced. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Those that serve and are to stay. */
  get serving(): readonly WorkerProcess[] {
    return this.all.filter((process) => process.serving && this.#slots.get(process.number)?.process === process);
  }

  /** The numbers that are in use, the lowest first. */
  get numbers(): readonly number[] {
    return [...this.#slots.keys()].sort((a, b) => a - b);
  }

  /** What the worker of a number was born into, or will be. */
  generationOf(number: number): Generation | undefined {
    return this.#slots.get(number)?.generation;
  }

  /** Whether any process needs it, or may. */
  uses(generation: Generation): boolean {
    const slots = [...this.#slots.values()].some((slot) => slot.generation === generation);
    return slots || [...this.#processes.values()].includes(generation);
  }

  /** Starts one, for good: it is replaced where it dies. */
  add(number: number, generation: Generation): void {
    const slot = this.#slot(number, generation);
    slot.process = this.#fork(slot, generation);
  }

  /** The same for the first time. Resolves when it serves, and rejects where it cannot. */
  async start(number: number, generation: Generation): Promise<void> {
    const slot = this.#slot(number, generation);
    const { process, serves } = this.#forkFirst(slot, generation);
    slot.process = process;
    await serves;
  }

  /**
   * Replaces one: its successor serves before it begins to end. Resolves when it is gone.
   * Rejects where the successor cannot serve: everything is as it was then.
   */
  async replace(number: number, generation: Generation): Promise<void> {
    const slot = this.#slots.get(number);
    if (slot === undefined) return;
    const { process: next, serves } = this.#forkFirst(slot, generation);
    await serves;
    try {
      await generation.ready();
    } catch (error) {
      await this.letGo([next]);
      throw error;
    }
    if (!this.#processes.has(next)) throw new StartError(`socket worker ${number} ended as soon as it served`);
    if (this.#closing || this.#slots.get(number) !== slot) {
      await this.letGo([next]); // nobody has use for it any more
      return;
    }
    const old = slot.process;
    slot.process = next;
    slot.generation = generation;
    this.#options.log.info(
      { worker: number, worker_pid: next.pid, replaced_pid: old?.pid },
      `socket worker ${number} is replaced`,
    );
    if (old !== undefined && this.#processes.has(old)) await this.#handOver(old, next);
    this.#options.served();
  }

  /** Its number is in use no more. @returns its process, to let go of */
  remove(number: number): WorkerProcess | undefined {
    const slot = this.#slots.get(number);
    this.#slots.delete(number);
    return slot?.process;
  }

  /** Has processes end that others serve for. Resolves when they are gone. */
  async letGo(leaving: readonly WorkerProcess[]): Promise<void> {
    const here = leaving.filter((process) => this.#processes.has(process));
    const overMs = await farewellMs(here);
    if (this.#steering !== undefined && here.includes(this.#steering.target)) await this.#steering.release();
    await Promise.all(here.map((process) => this.#end(process, overMs)));
  }

  /** Ends all, in order. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#processes.keys()].map((process) => this.#end(process)));
  }

  /** Ends all at once. */
  kill(): void {
    this.#closing = true;
    for (const process of this.#processes.keys()) process.kill();
  }

  /** Ends one at once, and has it replaced. */
  killMember(member: number, why: string): void {
    for (const process of this.#processes.keys()) {
      if (process.member !== member) continue;
      this.#options.log.error({ worker: process.number }, `killing a socket worker: ${why}`);
      process.kill();
    }
  }

  /** Has one end, and its clients come to its successor. */
  async #handOver(old: WorkerProcess, next: WorkerProcess): Promise<void> {
    const overMs = await farewellMs([old]);
    const { serving } = this;
    // it may have been removed, or have died, meanwhile
    const others = serving.includes(next) ? serving.filter((process) => process !== next) : [];
    const steering = new Steering(next, others, overMs + this.#options.config.drainMs + LATE_MS);
    this.#steering = steering;
    await this.#end(old, overMs);
    await pause(RETURN_MS);
    await steering.release();
  }

  async #end(process: WorkerProcess, overMs?: number): Promise<void> {
    const { config, log } = this.#options;
    // where nobody serves any more, nobody need be told to come back at once
    if (this.#processes.has(process))
      await endWorker(process, longestEndMs(config), log, this.#closing ? undefined : overMs);
  }

  #slot(number: number, generation: Generation): Slot {
    const slot = { number, generation, process: undefined, delay: new RestartDelay() };
    this.#slots.set(number, slot);
    return slot;
  }

  #forkFirst(slot: Slot, generation: Generation): { process: WorkerProcess; serves: Promise<void> } {
    const { first, serves } = firstStart(`socket worker ${slot.number}`);
    return { process: this.#fork(slot, generation, first), serves };
  }

  #fork(slot: Slot, generation: Generation, first?: FirstStart): WorkerProcess {
    const { config, log, dealer, events } = this.#options;
    const worker = forkWorker({
      number: slot.number,
      member: ++this.#lastMember,
      generation,
      config: { ...config, port: this.port },
      log,
      first,
      serving: (port) => {
        this.port = port;
        events.emit("workerServing", { worker: worker.number, pid: worker.pid });
        this.#options.served();
      },
      fellBack: this.#fellBack,
      draining: () => this.#left(worker),
      taking: (taking) => (taking ? dealer.join(worker) : dealer.leave(worker)),
      took: (taken) => dealer.told(worker, taken),
      missed: () => dealer.lost(worker),
      exited: (how, reported) => {
        events.emit("workerExit", { worker: worker.number, pid: worker.pid }, how);
        dealer.gone(worker);
        this.#processes.delete(worker);
        if (!reported && slot.process === worker) this.#replaceDead(slot, worker, how);
        this.#left(worker);
      },
    });
    this.#processes.set(worker, generation);
    return worker;
  }

  #left(process: WorkerProcess): void {
    if (process === this.#steering?.target) void this.#steering.release();
    this.#options.left();
  }

  #replaceDead(slot: Slot, dead: WorkerProcess, how: string): void {
    const { number } = slot;
    const isNeeded = () => !this.#closing && this.#slots.get(number) === slot && slot.process === dead;
    if (!isNeeded()) return;
    this.#deaths++;
    const when = slot.delay.schedule(performance.now() - dead.bornAt, () => {
      if (isNeeded()) slot.process = this.#fork(slot, slot.generation);
    });
    this.#options.log.error(
      { worker: number, worker_pid: dead.pid },
      `a socket worker died (${how}); replacing it ${when}`,
    );
  }
}
