import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusServer } from "../bus/bus-server.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link, LinkHooks } from "../bus/link.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { ComputeReport } from "./compute-metrics.ts";
import { ComputePool } from "./compute-pool.ts";
import { LOWER_PRIORITY } from "./compute-threads.ts";
import { type Failure, FailureKind } from "./failure.ts";
import { FairQueue } from "./fair-queue.ts";
import { HostedRun, type Member, type RunHooks } from "./hosted-run.ts";
import { HostedTask, type TaskDefinition } from "./hosted-task.ts";
import type { KnownSource } from "./order.ts";
import { ServiceRate } from "./service-rate.ts";

export interface ComputeHostOptions {
  readonly config: Pick<
    Config,
    "computeThreads" | "computeQueue" | "computeBudget" | "computeMemory" | "computeIdleMs" | "computeGraceMs"
  >;
  /** Where it listens; the socket workers know. */
  readonly bus: { readonly path: string; readonly secret: string };
  /** Tasks that every thread loads at its start. */
  readonly sources: readonly KnownSource[];
  readonly log: Pick<Logger, "warn" | "error">;
  /** Threads are stuck in what cannot be interrupted, and no task can run. @default it takes more threads than it should */
  stuck?(): void;
}

/** Runs the tasks of all socket workers: fairly, within its limits, and without a look at what they are about. */
export class ComputeHost {
  readonly #options: ComputeHostOptions;
  readonly #server: BusServer;
  readonly #pool: ComputePool;
  readonly #queue: FairQueue<HostedRun>;
  readonly #rate: ServiceRate;
  readonly #pack = createPack();
  /** By their whole definition: the same for all workers of an application. */
  readonly #tasks = new Map<string, HostedTask>();
  readonly #hooks: RunHooks = {
    crashed: (run, reason) => this.#fail(run, [FailureKind.CRASHED, reason]),
    released: (_run, ranMs) => this.#rate.ran(ranMs),
  };
  #threadRestarts = 0;

  constructor(options: ComputeHostOptions) {
    const { config, bus, log } = options;
    this.#options = options;
    this.#queue = new FairQueue({ maxItems: config.computeQueue, maxBytes: config.computeBudget });
    this.#rate = new ServiceRate(config.computeThreads);
    this.#server = new BusServer({
      secret: bus.secret,
      failed: (error) => log.warn({ error }, "the compute host could not take a connection"),
      joined: (link) => this.#join(link),
    });
    this.#pool = new ComputePool({
      threads: config.computeThreads,
      memoryMb: config.computeMemory,
      idleMs: config.computeIdleMs,
      graceMs: config.computeGraceMs,
      sources: options.sources,
      died: (reason, error) => {
        this.#threadRestarts++;
        log.warn({ error }, `a compute thread ended: ${reason}`);
      },
      stuck: () => {
        log.error("compute threads that were ended do not end, and nothing else can run");
        options.stuck?.();
      },
      free: () => this.#dispatch(),
    });
  }

  /** Listens, and loads the tasks. @returns why some of them cannot be loaded, if so */
  async start(): Promise<readonly string[]> {
    await this.#server.listen(this.#options.bus.path);
    const { priority, problems } = await this.#pool.warmUp();
    if (priority < LOWER_PRIORITY) {
      this.#options.log.warn({ priority }, "compute threads could not be given a lower priority than socket workers");
    }
    return problems;
  }

  report(): ComputeReport {
    return {
      threads: this.#pool.threads,
      queued: this.#queue.size,
      running: this.#pool.running,
      queuedBytes: this.#queue.bytes,
      threadRestarts: this.#threadRestarts,
      memory: process.memoryUsage.rss(),
      procedures: Object.fromEntries([...this.#tasks.values()].map(({ name, metrics }) => [name, metrics.snapshot()])),
    };
  }

  async close(): Promise<void> {
    this.#server.close();
    await this.#pool.close();
  }

  #join(link: Link): LinkHooks {
    const member: Member = { link, tasks: new Map(), runs: new Map() };
    return {
      frame: (frame) => this.#receive(member, frame),
      closed: () => {
        for (const run of member.runs.values()) this.#drop(run);
        member.runs.clear();
      },
    };
  }

  #receive(member: Member, frame: BusFrame): void {
    switch (frame.type) {
      case BusType.RUN:
        this.#run(member, frame);
        break;
      case BusType.TAKEN: {
        const run = member.runs.get(frame.reference);
        if (run !== undefined) this.#pool.taken(run, Number(frame.channel));
        break;
      }
      case BusType.CANCEL: {
        const run = member.runs.get(frame.reference);
        if (run === undefined) break; // its result is on its way
        member.runs.delete(frame.reference);
        this.#drop(run);
        break;
      }
      case BusType.TASK:
        member.tasks.set(frame.reference, this.#task(frame.data.toString()));
        break;
    }
  }

  #task(json: string): HostedTask {
    const known = this.#tasks.get(json);
    if (known !== undefined) return known;
    const task = new HostedTask(JSON.parse(json) as TaskDefinition);
    this.#tasks.set(json, task);
    return task;
  }

  #run(member: Member, frame: BusFrame): void {
    const { channel, reference } = frame;
    const space = channel.indexOf(" ");
    const task = member.tasks.get(Number(channel.slice(0, space)));
    if (task === undefined) return; // nobody who joins says such a thing
    // the frame's bytes are gone after this turn, and a thread needs its own
    const input: Uint8Array<ArrayBuffer> = Uint8Array.prototype.slice.call(frame.data);
    const run = new HostedRun(member, reference, task, channel.slice(space + 1), input, this.#hooks);
    member.runs.set(reference, run);
    for (const refused of this.#queue.add(run)) this.#refuse(refused);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#pool.room > 0) {
      const run = this.#queue.take();
      if (run === undefined) return;
      run.start();
      this.#pool.run(run);
    }
  }

  #refuse(run: HostedRun): void {
    run.refused();
    if (run.size > this.#options.config.computeBudget) {
      this.#fail(run, [FailureKind.PURPOSE, "TOO_LARGE", "The input is larger than all that may wait together.", null]);
      return;
    }
    const retryAfterMs = this.#rate.waitMs(this.#queue.size + this.#pool.running);
    this.#fail(run, [FailureKind.PURPOSE, "OVERLOADED", "Too many tasks wait for a thread.", { retryAfterMs }]);
  }

  #fail(run: HostedRun, failure: Failure): void {
    run.answer(BusType.FAILED, this.#pack.pack(failure));
  }

  /** Nobody waits for it any more. */
  #drop(run: HostedRun): void {
    const waited = this.#queue.delete(run);
    run.cancelled(waited);
    if (!waited) this.#pool.cancel(run);
  }
}
