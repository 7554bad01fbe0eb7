import { computeSeries } from "../metrics/compute-series.ts";
import { Ledger, type ProcessKey } from "../metrics/ledger.ts";
import { ProcessMetrics } from "../metrics/process-metrics.ts";
import { prometheusText } from "../metrics/prometheus-text.ts";
import { mergeSnapshots, type Snapshot, SnapshotBuilder } from "../metrics/snapshot.ts";
import type { ComputeProcess } from "./compute-process.ts";
import { type AllAnswers, ANSWER_MS, type ControlDesk } from "./control-desk.ts";
import type { Stores } from "./create-bus-hub.ts";
import { addHosts, type Sharing } from "./host-series.ts";
import { addJobs, addStores, type Jobs } from "./store-series.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** What of a primary is counted. */
export interface Counted {
  readonly kept: {
    /** Of each application. */
    readonly stores: readonly Stores[];
    /** Of each application. */
    readonly jobs: readonly Jobs[];
    /** Paths of applications beside the main one. */
    readonly paths: readonly string[];
  };
  /** How many socket workers died, and had to be replaced. */
  readonly deaths: number;
  readonly control: Pick<ControlDesk, "askAll" | "members" | "unsent">;
  readonly workers: readonly Pick<WorkerProcess, "number" | "member" | "state">[];
  readonly computes: readonly Pick<ComputeProcess, "pid" | "bornAt" | "restarts" | "report">[];
}

export interface PrimaryMetricsOptions {
  readonly primary: Counted;
  /** Undefined where there can be but this host. */
  readonly sharing: Sharing | undefined;
  readonly node: string;
  readonly version: string;
}

const STATES = ["starting", "serving", "draining"] as const;

/** What all processes have counted, as the primary gathers it. */
export class PrimaryMetrics {
  readonly #options: PrimaryMetricsOptions;
  readonly #process = new ProcessMetrics("primary");
  readonly #ledger = new Ledger();
  #gathering: Promise<Snapshot> | undefined;

  constructor(options: PrimaryMetricsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#process.start();
  }

  close(): void {
    this.#process.stop();
  }

  /** The same as {@link snapshot} in Prometheus's text format. */
  text(): Promise<string> {
    return this.snapshot().then(prometheusText);
  }

  /** All of it within two seconds: who says nothing by then is told of as silent. Who asks while somebody else has asked gets the same. */
  snapshot(): Promise<Snapshot> {
    this.#gathering ??= this.#gather().finally(() => {
      this.#gathering = undefined;
    });
    return this.#gathering;
  }

  async #gather(): Promise<Snapshot> {
    const { primary } = this.#options;
    const [{ answers }, computes] = await Promise.all([
      // where all refuse, all are silent
      primary.control.askAll("metrics", [], ANSWER_MS).catch((): AllAnswers<Snapshot> => ({ answers: [], silent: [] })),
      Promise.all(
        primary.computes.map(async (one) => ({ one, key: hostName(one), report: await one.report(ANSWER_MS) })),
      ),
    ]);
    const told = new Map<ProcessKey, Snapshot>(
      answers.map(({ member, path, answer }) => [keyOf(member, path), answer]),
    );
    const up = new Set(answers.map(({ member }) => member));
    for (const { one, key, report } of computes) {
      // what became of its processes is known here, whether the one that runs now answers or not
      told.set(one, deathsOf(one));
      if (report !== undefined) told.set(key, computeSeries(report));
    }
    const paths = ["", ...primary.kept.paths];
    const workers = primary.workers.flatMap(({ member }) => paths.map((path) => keyOf(member, path)));
    const living = [...workers, ...computes.map(({ key }) => key)];
    const silent = computes.filter(({ report }) => report === undefined).length;
    const total = this.#ledger.total(living, told);
    return mergeSnapshots([this.#own(up, computes.length, silent), total]);
  }

  /** What the primary knows by itself. @param up members that have answered */
  #own(up: ReadonlySet<number>, computes: number, silent: number): Snapshot {
    const { primary, sharing, node, version } = this.#options;
    const snapshot = new SnapshotBuilder();
    snapshot.add("fugitive_info", [node, version], 1);
    snapshot.add("fugitive_uptime_seconds", [], process.uptime());
    for (const state of STATES) {
      snapshot.add("fugitive_workers", [state], primary.workers.filter((worker) => worker.state === state).length);
    }
    for (const [number, isUp] of upByNumber(primary, up)) snapshot.add("fugitive_worker_up", [number], isUp ? 1 : 0);
    snapshot.add("fugitive_worker_deaths_total", [], primary.deaths);
    if (computes > 0) snapshot.add("fugitive_compute_up", [], silent === 0 ? 1 : 0);
    const numbers = new Map(primary.workers.map(({ member, number }) => [member, String(number)]));
    for (const [member, bytes] of primary.control.unsent()) {
      const number = numbers.get(member);
      if (number !== undefined) snapshot.add("fugitive_downlink_unsent_bytes", [number], bytes);
    }
    for (const stores of primary.kept.stores) addStores(snapshot, stores);
    for (const jobs of primary.kept.jobs) addJobs(snapshot, jobs);
    if (sharing !== undefined) addHosts(snapshot, sharing);
    this.#process.addTo(snapshot);
    return snapshot.build();
  }
}

/**
 * Whether all processes of a worker's number have answered that could be asked; one that only starts counts where it is the
 * only one.
 */
function upByNumber({ workers, control }: Counted, up: ReadonlySet<number>): Map<string, boolean> {
  const asked = new Set(control.members());
  const numbers = new Map<string, boolean>();
  for (const { number, member } of workers) {
    const name = String(number);
    if (asked.has(member)) numbers.set(name, (numbers.get(name) ?? true) && up.has(member));
  }
  for (const { number } of workers) if (!numbers.has(String(number))) numbers.set(String(number), false);
  return numbers;
}

/** An application of a socket worker. */
function keyOf(member: number, path: string): string {
  return `worker ${member} ${path}`;
}

function deathsOf({ restarts }: Counted["computes"][number]): Snapshot {
  const snapshot = new SnapshotBuilder();
  snapshot.add("fugitive_compute_deaths_total", [], restarts);
  return snapshot.build();
}

/** A process, which begins to count anew when it is replaced. */
function hostName({ pid, bornAt }: Counted["computes"][number]): string {
  return `host ${pid} ${bornAt}`;
}
