/** How one process is, in the last second. What it did not tell is left out. */
export interface ProcessStats {
  readonly pid: number;
  /** Seconds since it started. */
  readonly uptime: number;
  /** Whether it did not answer in time. */
  readonly silent?: true;
  /** Bytes of memory that it holds. */
  readonly memory?: number;
  /** How late a timer is, in milliseconds, of 99 in 100. */
  readonly lagMs?: number;
  /** The share of the time, from 0 to 1, in which its event loop had something to do. */
  readonly busy?: number;
}

export interface WorkerStats extends ProcessStats {
  readonly worker: number;
  readonly state: "starting" | "serving" | "draining";
  readonly connections?: number;
}

export interface ComputeStats extends ProcessStats {
  readonly threads?: number;
  readonly queued?: number;
  readonly running?: number;
}

/** One host of the application. */
export interface HostStats {
  readonly node: string;
  /** Of this start of it. */
  readonly id: string;
  /** Seconds since it started, by the clocks of both. */
  readonly uptime: number;
  /** Whether it is the one that tells. */
  readonly own: boolean;
}

/** What was counted, each as so many in a second. */
export interface Rates {
  readonly received: number;
  readonly sent: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly publications: number;
  readonly deliveries: number;
}

/** What went wrong, since the server started. */
export interface Troubles {
  /** Connections closed for reading too slowly. */
  readonly slowReaders: number;
  /** Publications that were dropped, or left out for slow readers. */
  readonly dropped: number;
  readonly rateLimited: number;
}

/** A publication of the channel `stats`: how the server is, and what it did in the last second. */
export interface Stats {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly node: string;
  readonly version: string;
  /** Seconds since the primary started. */
  readonly uptime: number;
  readonly ready: boolean;
  readonly primary: ProcessStats;
  readonly workers: readonly WorkerStats[];
  /** None where the application has no use for one. */
  readonly compute?: ComputeStats;
  /** All hosts by their names; none where there can be but this one. */
  readonly hosts?: readonly HostStats[];
  readonly rollout: { readonly running: boolean; readonly queued: boolean; readonly failure?: string };
  /** None in the first second, as there is nothing to compare with. */
  readonly rates?: Rates;
  /** Of calls that were answered in that second, in milliseconds; none where there were none. */
  readonly latency?: { readonly p50: number; readonly p99: number };
  readonly troubles?: Troubles;
}

export interface ProcedureTop {
  readonly name: string;
  /** In a second, and how many of these failed. */
  readonly calls: number;
  readonly failed: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface ChannelTop {
  readonly name: string;
  readonly subscribers: number;
  /** In a second: to each subscriber once. */
  readonly deliveries: number;
}

/** A publication of the channel `tops`: who has most to do. */
export interface Tops {
  readonly procedures: readonly ProcedureTop[];
  readonly channels: readonly ChannelTop[];
  /** Whether there are so many channels that not all were looked at. */
  readonly moreChannels: boolean;
}
