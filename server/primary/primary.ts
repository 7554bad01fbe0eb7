import { siblingPath } from "../bus/bus-address.ts";
import type { Config } from "../config.ts";
import { LostConnections } from "../gateway/lost-connections.ts";
import type { Logger } from "../logger.ts";
import { once } from "../once.ts";
import { LoggingEmitter } from "../server-events.ts";
import { readVersion } from "../version.ts";
import { Buses } from "./buses.ts";
import type { ComputeProcess } from "./compute-process.ts";
import type { ControlDesk } from "./control-desk.ts";
import { Dealer } from "./dealer.ts";
import { Generation } from "./generation.ts";
import type { PrimaryEvents } from "./primary-events.ts";
import { PrimaryMetrics } from "./primary-metrics.ts";
import { Rebalancer } from "./rebalancer.ts";
import { Rollout, type RolloutAnswer } from "./rollout.ts";
import { planScaling, type Scaling } from "./scaling.ts";
import { startWorkers } from "./start-workers.ts";
import type { TailDesk } from "./tail-desk.ts";
import type { WorkerProcess } from "./worker-process.ts";
import { Workers } from "./workers.ts";

export interface PrimaryOptions {
  readonly config: Config;
  readonly log: Logger;
}

/** The primary: forks the socket workers, deals them the connections, replaces those that die, and ends them in order. */
export class Primary {
  /** What all processes have counted. */
  readonly metrics: PrimaryMetrics;
  readonly rollout: Rollout;
  readonly tails: TailDesk;
  /** Asks socket workers, of any application. */
  readonly control: ControlDesk;
  /** Ends sessions, of whatever application. */
  readonly users: Buses["users"];
  /** All hosts of the application; undefined where there can be but this one. */
  readonly hosts: Buses["hosts"];
  /** What is kept, of each application. */
  readonly kept: Pick<Buses, "stores" | "jobs" | "paths">;
  /** What happens to socket workers. */
  readonly events: LoggingEmitter<PrimaryEvents>;
  readonly #options: PrimaryOptions;
  readonly #lost: LostConnections;
  readonly #buses: Buses;
  readonly #dealer: Dealer;
  readonly #workers: Workers;
  readonly #rebalancer: Rebalancer;
  readonly #generations: Generation[] = [];
  /** What socket workers that are started now are born into. */
  #generation: Generation | undefined;
  #lastGeneration = 0;
  #up = false;
  #closing: Promise<void> | undefined;

  constructor(options: PrimaryOptions) {
    const { config, log } = options;
    this.#options = options;
    this.events = new LoggingEmitter(log);
    this.#lost = new LostConnections(config, log);
    this.#buses = new Buses(
      config,
      {
        failed: (error) => log.warn({ error }, "the bus could not take a connection"),
        lost: (connections) => void this.#lost.tell(connections),
        numberOf: (member) => this.workers.find((worker) => worker.member === member)?.number ?? member,
        stuck: (member) => this.#workers.killMember(member, "it takes nothing from the bus"),
      },
      log,
    );
    this.tails = this.#buses.tails;
    this.control = this.#buses.control;
    this.users = this.#buses.users;
    this.hosts = this.#buses.hosts;
    this.kept = this.#buses;
    const { sharing } = this.#buses;
    this.metrics = new PrimaryMetrics({ primary: this, sharing, node: config.node, version: readVersion() });
    this.#dealer = new Dealer({
      ...config,
      refused: once(() => log.warn("connections are being refused: is the open files limit reached?")),
    });
    this.#workers = new Workers({
      config,
      log,
      dealer: this.#dealer,
      events: this.events,
      served: () => this.#up && this.#rebalancer.request(),
      left: () => {
        // those who make room for it may be all that are left
        void this.#rebalancer.interrupt();
        this.#release();
      },
    });
    const workers = this.#workers;
    this.#rebalancer = new Rebalancer({
      workers: () => workers.serving,
      enabled: config.rebalance === "on",
      limitMs: config.drainMs,
      log,
    });
    this.rollout = new Rollout({
      workers,
      log,
      begin: () => this.#newGeneration(),
      hold: () => this.#rebalancer.hold(),
      proven: (generation) => this.#proven(generation),
      ended: () => this.#release(),
    });
  }

  /** The port that clients connect to. */
  get port(): number {
    return this.#workers.port;
  }

  /** The socket workers that live, by number: of one number the oldest first. */
  get workers(): readonly WorkerProcess[] {
    return this.#workers.all;
  }

  /** How many socket workers died, and had to be replaced. */
  get deaths(): number {
    return this.#workers.deaths;
  }

  /** All compute hosts: that of older code lives on for as long as socket workers need it. */
  get computes(): readonly ComputeProcess[] {
    return this.#generations.map(({ compute }) => compute).filter((compute) => compute !== undefined);
  }

  /** The compute host of the newest code that has one. */
  get compute(): ComputeProcess | undefined {
    return this.#generations.findLast(({ compute }) => compute !== undefined)?.compute;
  }

  get closing(): boolean {
    return this.#closing !== undefined;
  }

  /** Starts everything. Resolves when all socket workers serve; rejects, all ended, when one of them cannot. */
  async start(): Promise<void> {
    await this.#buses.listen();
    this.metrics.start();
    const generation = this.#newGeneration();
    this.#generation = generation;
    try {
      const { config } = this.#options;
      await startWorkers({ config, workers: this.#workers, dealer: this.#dealer, generation });
      await generation.ready();
      generation.prove();
      this.#up = true;
    } catch (error) {
      this.#workers.kill();
      await this.close();
      throw error;
    }
  }

  /**
   * Replaces all socket workers, one after the other, by ones with the application's code as it is now.
   * @returns undefined where there is nothing to replace: it still starts, or ends
   */
  reload(): RolloutAnswer | undefined {
    return this.#up && !this.closing ? this.rollout.request() : undefined;
  }

  /**
   * Starts or ends socket workers until there are so many: the highest numbers end.
   * @returns what is begun; undefined where all still starts, or ends
   */
  scale(workers: number): Scaling | undefined {
    const generation = this.#generation;
    if (!this.#up || this.closing || generation === undefined) return undefined;
    const scaling = planScaling(this.#workers.numbers, workers);
    const { before, starting, draining } = scaling;
    if (starting.length + draining.length === 0) return scaling;
    this.#options.log.info(scaling, `scaling from ${before} to ${workers} socket workers`);
    for (const number of starting) this.#workers.add(number, generation);
    const leaving = draining.map((number) => this.#workers.remove(number)).filter((one) => one !== undefined);
    if (leaving.length > 0) void this.#letGo(leaving);
    return scaling;
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
    this.#dealer.close();
    this.#workers.kill();
    for (const generation of this.#generations) generation.kill();
    this.#buses.kill();
  }

  async #close(): Promise<void> {
    this.rollout.close();
    this.#rebalancer.close();
    this.#dealer.close();
    await this.#workers.close();
    // not before the last call that may need them
    await Promise.all(this.#generations.map((generation) => generation.close()));
    this.metrics.close();
    await this.#lost.close();
    await this.#buses.close();
  }

  async #letGo(processes: readonly WorkerProcess[]): Promise<void> {
    const release = await this.#rebalancer.hold();
    await this.#workers.letGo(processes);
    release();
  }

  #newGeneration(): Generation {
    const { config, log } = this.#options;
    const { addresses } = this.#buses;
    const number = ++this.#lastGeneration;
    const compute = number === 1 ? addresses.compute : siblingPath(addresses.path, `compute-${number}`);
    const generation = new Generation({ address: { ...addresses, compute }, config, log });
    this.#generations.push(generation);
    return generation;
  }

  #proven(generation: Generation): void {
    generation.prove();
    this.#generation = generation;
  }

  /** Ends what no socket worker needs any more. */
  #release(): void {
    for (const generation of [...this.#generations]) {
      if (generation === this.#generation || this.#workers.uses(generation) || this.closing) continue;
      this.#generations.splice(this.#generations.indexOf(generation), 1);
      void generation.close();
    }
  }
}
