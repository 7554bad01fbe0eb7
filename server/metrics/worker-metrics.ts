import type { Uplink } from "../bus/uplink.ts";
import type { Connections } from "../connection/connections.ts";
import type { Fairness } from "../connection/fairness.ts";
import type { Turn } from "../connection/turn.ts";
import type { Deadlines } from "../dispatch/deadlines.ts";
import type { Procedures } from "../dispatch/procedures.ts";
import { type Counters, createCounters } from "../metrics.ts";
import type { Hub } from "../pubsub/hub.ts";
import { errorLabels, unknownCalls } from "./call-metrics.ts";
import { CallTimes } from "./call-times.ts";
import { addCounters } from "./counter-series.ts";
import { DoorMetrics } from "./door-metrics.ts";
import { addGateway, type GatewayCounters } from "./gateway-series.ts";
import { ProcessMetrics } from "./process-metrics.ts";
import { type Snapshot, SnapshotBuilder } from "./snapshot.ts";
import { TagCounts } from "./tag-counts.ts";
import { Traffic } from "./traffic.ts";

/** What knows its own size, and is asked for it when somebody wants to know. */
export interface Sized {
  readonly connections: Pick<Connections, "size">;
  readonly hub: Pick<Hub, "size" | "subscriptions">;
  readonly uplink: Pick<Uplink, "unsent">;
  readonly deadlines: Pick<Deadlines, "size">;
  readonly fairness: Pick<Fairness, "waiting">;
  readonly procedures: Procedures;
  /** Of the brokers for raw paths; undefined where there are none. */
  readonly streams: { counters(): GatewayCounters } | undefined;
}

/** All that a socket worker counts. Each part is handed to whoever counts with it. */
export class WorkerMetrics {
  readonly counters: Counters = createCounters();
  readonly traffic = new Traffic();
  readonly door = new DoorMetrics();
  readonly tags: TagCounts;
  readonly times: CallTimes;
  /** Codes that errors may have as labels. */
  readonly errors = errorLabels();
  readonly unknown = unknownCalls(this.errors);
  readonly #worker: string;
  readonly #process: ProcessMetrics | undefined;

  /**
   * @param worker the socket worker's number
   * @param turn tells when what was answered in a turn is sent
   * @param tags names of the tags by which connections are told apart @default none
   * @param alone whether it tells of the process as well: where several applications share one, one of them does
   */
  constructor(worker: number, turn: Pick<Turn, "flushLater">, tags: readonly string[] = [], alone = true) {
    this.#worker = String(worker);
    this.#process = alone ? new ProcessMetrics("worker", this.#worker) : undefined;
    this.times = new CallTimes(turn);
    this.tags = new TagCounts(tags);
  }

  start(): void {
    this.#process?.start();
  }

  close(): void {
    this.#process?.stop();
  }

  /** How it all stands. */
  snapshot({ connections, hub, uplink, deadlines, fairness, procedures, streams }: Sized): Snapshot {
    const snapshot = new SnapshotBuilder();
    const worker = [this.#worker] as const;
    snapshot.add("fugitive_connections", worker, connections.size);
    snapshot.add("fugitive_calls_in_flight", worker, deadlines.size);
    snapshot.add("fugitive_subscriptions", worker, hub.subscriptions);
    snapshot.add("fugitive_channels", worker, hub.size);
    snapshot.add("fugitive_uplink_unsent_bytes", worker, uplink.unsent);
    snapshot.add("fugitive_waiting_bytes", worker, fairness.waiting);
    addCounters(snapshot, this.counters);
    this.traffic.addTo(snapshot);
    this.door.addTo(snapshot);
    this.tags.addTo(snapshot);
    addGateway(snapshot, streams?.counters() ?? {}, this.#worker);
    for (const { metrics } of procedures.values()) metrics.addTo(snapshot);
    this.unknown.addTo(snapshot);
    this.#process?.addTo(snapshot);
    return snapshot.build();
  }
}
