import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { readVersion } from "../../server/version.ts";
import { advice } from "./advice.ts";
import { check, parseAssertions } from "./assertions.ts";
import type { ProcessCost } from "./fleet.ts";
import type { HdrHistogram } from "./hdr-histogram.ts";
import type { Plan } from "./plan.ts";
import type { Target } from "./preflight.ts";
import { shownPlan } from "./repeat.ts";
import { type Buckets, type LoadReport, REPORT_VERSION } from "./report-shape.ts";
import type { Results } from "./results.ts";

export interface Run {
  readonly plan: Plan;
  readonly target: Target;
  readonly results: Results;
  readonly costs: readonly ProcessCost[];
  readonly startedAt: Date;
  readonly seconds: number;
  readonly endedBy: LoadReport["endedBy"];
  readonly command: string;
  /** As it was given. */
  readonly assert: string;
}

/** Puts all there is to know of a run together. */
export function makeReport(run: Run): LoadReport {
  const { results, seconds, costs, command, startedAt, endedBy } = run;
  const { token: _, ...plan } = shownPlan(run.plan);
  const target = { ...run.target, url: plan.url };
  const failed = Object.values(results.errors).reduce((sum, count) => sum + count, 0);
  const response = results.latency();
  const steps = results.steps();
  const facts = {
    fugitiveLoad: REPORT_VERSION,
    ...{ startedAt: startedAt.toISOString(), endedBy, seconds, command, target, machine: machine(), plan },
    totals: { ok: results.ok, failed, perSecond: seconds > 0 ? results.ok / seconds : 0, response },
    actions: plan.actions.map(({ kind, name }, index) => {
      const { ok, errors, response, service } = results.actions[index] as Results["actions"][number];
      return {
        ...{ kind, name, ok, errors, response: response.latency(), buckets: bucketsOf(response) },
        ...(plan.rate > 0 && { service: service.latency() }),
      };
    }),
    errors: results.errors,
    ...(plan.subscribe !== "" && {
      deliveries: {
        latency: results.deliveries.latency(),
        buckets: bucketsOf(results.deliveries),
        strangers: results.strangers,
      },
    }),
    connections: { ...results.counts, connect: results.connects.latency() },
    ...{ closes: results.closes, bytes: results.bytes },
    load: {
      processes: costs.map((cost, index) => ({ ...cost, busy: results.busy[index] ?? 0 })),
      // of two days there are too many for the arguments of Math.max
      longestLagMs: steps.reduce((longest, { lagMs }) => Math.max(longest, lagMs), 0),
    },
    steps,
  } as const satisfies Omit<LoadReport, "advice" | "assertions">;
  return { ...facts, assertions: verdicts(run.assert, facts), advice: advice(facts) };
}

function verdicts(assert: string, { totals, connections, errors, plan }: Omit<LoadReport, "advice" | "assertions">) {
  const { p50, p90, p99, p999, max, mean } = totals.response;
  const made = totals.ok + totals.failed;
  const measured = {
    ...{ p50, p90, p99, "p99.9": p999, max, mean },
    ...{ rate: totals.perSecond, calls: totals.ok, lost: errors.LOST ?? 0, reconnects: connections.reconnected },
    unconnected: plan.clients - connections.opened,
    errors: totals.failed,
    errorRate: made === 0 ? 0 : totals.failed / made,
  };
  return parseAssertions(assert).map((assertion) => check(assertion, measured));
}

function bucketsOf(histogram: HdrHistogram): Buckets {
  return [...histogram.buckets()];
}

function machine(): LoadReport["machine"] {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    fugitive: readVersion(),
  };
}
