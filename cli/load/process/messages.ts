import type { PackedHistogram } from "../hdr-histogram.ts";
import type { Plan } from "../plan.ts";

/** What the process in front tells those that make the load. */
export type ToProcess =
  | {
      readonly type: "begin";
      readonly plan: Plan;
      /** Which of the processes this is, from 0. */
      readonly index: number;
      /** When the run begins, in microseconds of the machine's monotonic clock. */
      readonly beginAt: number;
      /** What publications of this run are known by. */
      readonly run: string;
    }
  /** No more calls are made; what is under way may come back. */
  | { readonly type: "stop" }
  /** All processes have finished: connections are closed. */
  | { readonly type: "close" };

/** What these tell it. */
export type FromProcess =
  | { readonly type: "ready" }
  | ({ readonly type: "tick" } & Tick)
  /** No call is under way, and none will begin. */
  | { readonly type: "finished" }
  | { readonly type: "done"; readonly cpuS: number; readonly memoryBytes: number };

/** What one kind of action has come to since the last tick. */
export interface ActionTick {
  readonly ok: number;
  readonly errors: Readonly<Record<string, number>>;
  /** From when a call was due to its answer. */
  readonly response: PackedHistogram;
  /** From when it was sent; only where calls are due at a time. */
  readonly service: PackedHistogram | undefined;
}

/** What has become of connections since the last tick. */
export interface ConnectionCounts {
  /** First connections that the server has welcomed. */
  opened: number;
  /** Attempts to connect that failed. */
  failed: number;
  /** Connections that were open and are gone. */
  lost: number;
  reconnected: number;
  /** Those of which the server knew the session. */
  resumed: number;
  /** Clients that the server has closed for good. */
  ended: number;
}

export interface Tick {
  /** Which step of the run it counts in, from 0. */
  readonly step: number;
  /** The first and the last step that it is about: that same one, but where the process was too busy to tell sooner. */
  readonly fromStep: number;
  readonly untilStep: number;
  /** How much time it is about, in milliseconds. */
  readonly ms: number;
  readonly actions: readonly ActionTick[];
  readonly connects: PackedHistogram;
  readonly deliveries: PackedHistogram;
  /** Publications that came without a mark of this run. */
  readonly strangers: number;
  readonly counts: Readonly<ConnectionCounts>;
  /** By close code, with the server's words. */
  readonly closes: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Connections that are open now. */
  readonly connected: number;
  /** Calls that are under way now. */
  readonly inFlight: number;
  /** Part of the time in which the event loop was busy. */
  readonly busy: number;
  /** How much later than it should this tick comes, in milliseconds: so long the event loop was busy with something else. */
  readonly lagMs: number;
}
