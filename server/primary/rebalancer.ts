import type { Logger } from "../logger.ts";
import { pause } from "../pause.ts";
import { balancePlan, type Share } from "./balance-plan.ts";
import type { WorkerProcess } from "./worker-process.ts";

type Balanced = Pick<WorkerProcess, "number" | "status" | "shed" | "accept">;

export interface RebalancerOptions {
  /** The socket workers that serve, and are to stay. */
  workers(): readonly Balanced[];
  /** Whether anything is moved at all. */
  readonly enabled: boolean;
  /** How long connections that are told to go may stay, in milliseconds. */
  readonly limitMs: number;
  readonly log: Pick<Logger, "info" | "debug">;
}

/** It is not looked at once: whoever was disconnected needs a moment to come back, in milliseconds. */
const SETTLE_MS = 2_000;
/** How long a socket worker may take to answer, in milliseconds; without its answer nothing is moved. */
const ANSWER_MS = 1_000;
/** Connections are moved over this long at least, in milliseconds, and so much for each. */
const SMALLEST_OVER_MS = 500;
const OVER_PER_CONNECTION_MS = 2;
/** Of those who were told to go and then have calls all the time, the last are looked for so long. */
const SEARCH_MS = 3_000;
/** How long it is waited for those who went, in milliseconds, and how often it is looked. */
const RETURN_MS = 3_000;
const LOOK_MS = 200;
/** A socket worker that hears nothing more takes connections again after so much longer than all should take. */
const FORGOTTEN_MS = 5_000;
/** Clients that were moved so often without an effect will not be balanced. */
const MOST_PASSES = 5;
/** Where fewer come back, of those who went, they are clients that do not. */
const LEAST_RETURN = 0.5;

/**
 * Moves connections from the socket workers that have many to those that have few. Those that have enough take none for
 * that time, so that whoever goes arrives at another; the one with the fewest always takes them.
 */
export class Rebalancer {
  readonly #options: RebalancerOptions;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;
  #pass: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: RebalancerOptions) {
    this.#options = options;
  }

  /** Something changed: has it looked, in a while, whether all is balanced. */
  request(): void {
    clearTimeout(this.#timer);
    if (!this.#options.enabled || this.#closed || this.#holds > 0) return;
    this.#timer = setTimeout(() => {
      if (this.#pass === undefined) this.#running = this.#run();
      else this.request();
    }, SETTLE_MS);
    this.#timer.unref();
  }

  /** Moves nothing until that is released; then it is looked again. Resolves when all take connections. */
  async hold(): Promise<() => void> {
    this.#holds++;
    await this.interrupt();
    return () => {
      this.#holds--;
      this.request();
    };
  }

  /** Moves nothing more for now, as where a socket worker died. Resolves when all take connections again. */
  async interrupt(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pass?.abort();
    await this.#running;
  }

  close(): void {
    this.#closed = true;
    void this.interrupt();
  }

  async #run(): Promise<void> {
    const pass = new AbortController();
    this.#pass = pass;
    let passes = 0;
    while (passes < MOST_PASSES && (await this.#balance(pass.signal))) {
      passes++;
      await pause(SETTLE_MS, pass.signal);
    }
    this.#pass = undefined;
  }

  /** @returns whether it should be looked again */
  async #balance(signal: AbortSignal): Promise<boolean> {
    const { log, limitMs } = this.#options;
    const workers = this.#options.workers();
    if (workers.length < 2) return false;
    const before = await countsOf(workers);
    if (before === undefined) return !signal.aborted;
    const shares = balancePlan(before);
    if (signal.aborted || shares === undefined) return false;
    const moved = shares.reduce((sum, { surplus }) => sum + surplus, 0);
    log.info({ connections: named(workers, before) }, `balancing: ${moved} connections move to other socket workers`);
    const overMs = Math.max(SMALLEST_OVER_MS, OVER_PER_CONNECTION_MS * moved);
    const allMs = overMs + SEARCH_MS + limitMs;
    const idlest = before.indexOf(Math.min(...before));
    const ordered = workers.map((worker, index) => {
      const { target, surplus } = shares[index] as Share;
      const forMs = allMs + RETURN_MS + FORGOTTEN_MS;
      // the idlest takes whoever comes: there is always one
      const upTo = index === idlest ? undefined : target;
      return worker.shed({ count: surplus, overMs, upTo, forMs }, allMs + ANSWER_MS);
    });
    const over = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
    const gone = await Promise.race([Promise.all(ordered), over]);
    const went = gone?.reduce<number>((sum, count) => sum + (count ?? 0), 0) ?? 0;
    const back = await this.#returned(workers, before, shares, went, signal);
    await Promise.all(workers.map((worker) => worker.accept(ANSWER_MS)));
    log.info({ went, back }, "balancing: done");
    return !signal.aborted && back >= went * LEAST_RETURN && went > 0;
  }

  /** Waits for those who went. @returns how many came to the others */
  async #returned(
    workers: readonly Balanced[],
    before: readonly number[],
    shares: readonly Share[],
    went: number,
    signal: AbortSignal,
  ): Promise<number> {
    const end = performance.now() + RETURN_MS;
    let back = 0;
    while (!signal.aborted && back < went && performance.now() < end) {
      const counts = await countsOf(workers);
      if (counts === undefined) break;
      back = 0;
      for (const [index, count] of counts.entries()) {
        if (shares[index]?.surplus === 0) back += Math.max(0, count - (before[index] ?? 0));
      }
      if (back < went) await pause(LOOK_MS, signal);
    }
    return back;
  }
}

/** How many connections each has; undefined where one does not say. */
async function countsOf(workers: readonly Balanced[]): Promise<readonly number[] | undefined> {
  const counts: number[] = [];
  for (const status of await Promise.all(workers.map((worker) => worker.status(ANSWER_MS)))) {
    if (status === undefined) return undefined;
    counts.push(status.connections);
  }
  return counts;
}

function named(workers: readonly Balanced[], counts: readonly number[]): Readonly<Record<number, number>> {
  return Object.fromEntries(workers.map(({ number }, index) => [number, counts[index] ?? 0]));
}
