import type { Verdict } from "./assertions.ts";
import type { Latency } from "./hdr-histogram.ts";
import type { Plan } from "./plan.ts";
import type { Target } from "./preflight.ts";
import type { ConnectionCounts } from "./process/messages.ts";
import type { Step } from "./results.ts";

/** Grows when what reads a report has to know. */
export const REPORT_VERSION = 1;

/** A histogram: highest value of each bucket in microseconds, and how many it has. */
export type Buckets = readonly (readonly [highestUs: number, count: number])[];

/** What one kind of action came to. Durations in microseconds. */
export interface ActionReport {
  readonly kind: "call" | "publish";
  readonly name: string;
  readonly ok: number;
  readonly errors: Readonly<Record<string, number>>;
  /** From when it was due (with --rate), or sent, to its answer. */
  readonly response: Latency;
  /** From when it was sent; only with --rate. */
  readonly service?: Latency;
  readonly buckets: Buckets;
}

/** All there is to know of a run: what `--json` writes, and what the page and the summary are made of. */
export interface LoadReport {
  readonly fugitiveLoad: typeof REPORT_VERSION;
  readonly startedAt: string;
  readonly endedBy: "duration" | "iterations" | "interrupt";
  /** From the first connect to the last answer. */
  readonly seconds: number;
  /** The command line to repeat it, without secrets. */
  readonly command: string;
  readonly target: Target;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly system: string;
    readonly node: string;
    readonly fugitive: string;
  };
  readonly plan: Omit<Plan, "token">;
  readonly totals: { readonly ok: number; readonly failed: number; readonly perSecond: number } & {
    readonly response: Latency;
  };
  readonly actions: readonly ActionReport[];
  /** Of all actions, by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly deliveries?: { readonly latency: Latency; readonly buckets: Buckets; readonly strangers: number };
  readonly connections: Readonly<ConnectionCounts> & { readonly connect: Latency };
  /** How connections ended, or failed, and how often. */
  readonly closes: Readonly<Record<string, number>>;
  readonly bytes: { readonly in: number; readonly out: number };
  readonly load: {
    readonly processes: readonly { readonly cpuS: number; readonly memoryBytes: number; readonly busy: number }[];
    readonly longestLagMs: number;
  };
  /** One for each `plan.stepMs`. */
  readonly steps: readonly Step[];
  readonly assertions: readonly Verdict[];
  readonly advice: readonly string[];
}
